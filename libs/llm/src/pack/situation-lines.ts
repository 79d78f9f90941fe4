import { type Finding, type InsightRequest, SECTION_NAMES, type SectionName } from '@app/core';
import { valueText } from '../evidence-text.js';
import { notEvaluatedLine } from './not-evaluated.js';
import type { OutsideText } from './outside-text.js';

const TITLES: Readonly<Record<SectionName, string>> = {
  gpu: 'GPU',
  system: 'host',
  engines: 'engines',
  lmcache: 'LMCache',
  kernelLog: 'kernel log',
};
const LONGEST = { detail: 80, product: 60 } as const;
const MOST_PRODUCTS = 3;
/** A source that is there and can't be read: its reason may explain what else is seen. */
const BROKEN: readonly string[] = ['failed', 'denied', 'timeout', 'stale'];

function objectives({ slo }: InsightRequest): string[] {
  const promised = [
    ['time to first token p95', slo.ttftP95Seconds],
    ['inter-token latency p95', slo.itlP95Seconds],
  ] as const;
  const told = promised.filter(([, seconds]) => seconds > 0).map(([name, seconds]) => `${name} ${duration(seconds)}`);
  return told.length > 0 ? [`latency objectives: ${told.join(', ')}`] : [];
}

function duration(seconds: number): string {
  return seconds < 1 ? valueText(seconds * 1000, 'milliseconds') : valueText(seconds, 'seconds');
}

function products({ snapshot }: InsightRequest, outside: OutsideText): string[] {
  const counts = new Map<string, number>();
  for (const { name } of snapshot.gpus) if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  const told = [...counts]
    .slice(0, MOST_PRODUCTS)
    .map(([name, count]) => `${count} ${outside.quoted(name, LONGEST.product)}`);
  return told.length > 0 ? [`GPUs: ${told.join(', ')}`] : [];
}

function sources({ snapshot }: InsightRequest, outside: OutsideText): string[] {
  const unread = SECTION_NAMES.filter((name) => snapshot.sections[name].status !== 'ok');
  const told = unread.map((name) => {
    const { status, detail } = snapshot.sections[name];
    const why = BROKEN.includes(status) && detail !== null ? ` ${outside.quoted(detail, LONGEST.detail)}` : '';
    return `${TITLES[name]} ${status}${why}`;
  });
  return told.length > 0 ? [`sources that are not whole: ${told.join(', ')}`] : [];
}

function counts({ analysis }: InsightRequest, confirmed: readonly Finding[]): string {
  const suspected = analysis.findings.length - confirmed.length;
  const roots = confirmed.filter(({ rootCause }) => rootCause).length;
  const parts = [
    `${confirmed.length} confirmed finding${confirmed.length === 1 ? '' : 's'}`,
    `${roots} root cause${roots === 1 ? '' : 's'}`,
    ...(suspected > 0 ? [`${suspected} suspected`] : []),
  ];
  const { rulesEvaluated, rulesTotal } = analysis.coverage;
  return `${parts.join(', ')}, ${rulesEvaluated} of ${rulesTotal} rules evaluated`;
}

/** What is true of the target as a whole. */
export function situationLines(request: InsightRequest, confirmed: readonly Finding[], outside: OutsideText): string[] {
  const { analysis, objective } = request;
  const score = analysis.healthScore === null ? '' : `, score ${analysis.healthScore} of 100`;
  const left = notEvaluatedLine(analysis);
  return [
    `health ${analysis.healthStatus}${score}; objective ${objective}`,
    ...objectives(request),
    counts(request, confirmed),
    ...products(request, outside),
    ...sources(request, outside),
    ...(left === null ? [] : [left]),
  ];
}
