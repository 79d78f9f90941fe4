import { type Analysis, type Finding, type InsightRequest, SECTION_NAMES, type SectionName } from '@app/core';
import { asData } from '../untrusted-text.js';

const SECTION_TITLES: Readonly<Record<SectionName, string>> = {
  gpu: 'GPU readings',
  system: 'host readings',
  engines: 'engine metrics',
  lmcache: 'LMCache metrics',
  kernelLog: 'the kernel log',
};

function list(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** What could not be read, as a sentence; empty when everything was. */
function missing({ snapshot }: InsightRequest): string[] {
  const unread = SECTION_NAMES.filter((name) => !['ok', 'partial'].includes(snapshot.sections[name].status));
  if (unread.length === 0) return [];
  const parts = unread.map((name) => `${SECTION_TITLES[name]} (${snapshot.sections[name].status})`);
  return [`Not available: ${list(parts)}.`];
}

function coverage({ coverage: { rulesEvaluated, rulesTotal } }: Analysis): string {
  return `${rulesEvaluated} of ${rulesTotal} rules could be evaluated.`;
}

function suspicion({ findings }: Analysis): string[] {
  const suspected = findings.filter(({ state }) => state === 'suspected').length;
  if (suspected === 0) return [];
  return [
    `${counted(suspected, 'suspected condition has', 'suspected conditions have')} not lasted long enough to count.`,
  ];
}

function nothingFound(request: InsightRequest): string {
  const { analysis } = request;
  if (analysis.coverage.rulesEvaluated === 0) {
    const gaps = missing(request);
    const why = gaps.length > 0 ? gaps : ['No sample was long or complete enough.'];
    return ['Nothing could be evaluated, so nothing can be said about the health.', ...why].join(' ');
  }
  const opening =
    analysis.healthStatus === 'healthy'
      ? 'No problem was found.'
      : 'No problem was found, but the health is not known for everything that is configured.';
  return [opening, coverage(analysis), ...suspicion(analysis), ...missing(request)].join(' ');
}

function headline({ title, subject, severity }: Finding): string {
  return `${asData(title, 200)} (${severity}) on ${asData(subject.label, 120)}`;
}

/** What is wrong, why, and what is not known, in a few sentences. */
export function ruleSummary(request: InsightRequest, confirmed: readonly Finding[], firstStep: string | null): string {
  const [top, ...others] = confirmed;
  if (!top) return nothingFound(request);
  const count = counted(confirmed.length, 'problem is', 'problems are');
  const named = others.slice(0, 2).map(headline);
  return [
    `${count} confirmed; the weightiest is ${headline(top)}.`,
    asData(top.summary, 600),
    ...(named.length > 0 ? [`Also found: ${list(named)}.`] : []),
    ...(firstStep === null ? [] : [`First step: ${firstStep}.`]),
    ...suspicion(request.analysis),
    ...missing(request),
  ].join(' ');
}
