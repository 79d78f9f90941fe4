import { type InsightRequest, SECTION_NAMES, type Section, type SectionName } from '@app/core';
import { list, sentence } from './words.js';

interface SectionWords {
  readonly title: string;
  /** What can't be told without it. */
  readonly lost: string;
  readonly isManyLost: boolean;
}

const WORDS: Readonly<Record<SectionName, SectionWords>> = {
  gpu: { title: 'GPU readings', lost: 'the state of the GPUs', isManyLost: false },
  system: { title: 'host readings', lost: 'the state of the host', isManyLost: false },
  engines: { title: 'engine readings', lost: 'request latency', isManyLost: false },
  lmcache: { title: 'cache readings', lost: 'cache hits', isManyLost: true },
  kernelLog: { title: 'kernel messages', lost: 'kernel events', isManyLost: true },
};

type Missed = Exclude<Section['status'], 'ok' | 'partial'>;

const REASONS: Readonly<Record<Missed, string>> = {
  absent: 'are not available',
  failed: 'failed',
  denied: 'are denied',
  timeout: 'did not come in time',
  stale: 'are out of date',
};

/** Findings that say themselves that a section can't be read. */
const TOLD_BY: Readonly<Partial<Record<SectionName, RegExp>>> = {
  gpu: /^(?:nvml-driver-mismatch|gpu-telemetry-stale|gpu-lost|gpu-missing)$/,
  engines: /^engine-(?:unreachable|crash-loop)$/,
};

type MissedSection = SectionWords & { readonly status: Missed };

function isTold(name: SectionName, ruleIds: readonly string[]): boolean {
  return ruleIds.some((ruleId) => TOLD_BY[name]?.test(ruleId));
}

function missedStatus(name: SectionName, { status }: Section): Missed | null {
  if (status === 'ok' || status === 'partial') return null;
  // A host without LMCache is the usual case; nobody misses its metrics there.
  return name === 'lmcache' && status === 'absent' ? null : status;
}

/** `GPU readings failed and engine readings are not available`. */
function reasonsOf(missed: readonly MissedSection[]): string {
  const statuses = [...new Set(missed.map(({ status }) => status))];
  return list(
    statuses.map((status) => {
      const titles = missed.filter((section) => section.status === status).map(({ title }) => title);
      return `${list(titles)} ${REASONS[status]}`;
    }),
  );
}

/** What could not be read and what is not known for it, as one sentence; null where the findings told say enough. */
export function unknownsOf(
  { snapshot }: Pick<InsightRequest, 'snapshot'>,
  toldRuleIds: readonly string[],
): string | null {
  const untold = SECTION_NAMES.filter((name) => !isTold(name, toldRuleIds));
  const missed = untold.flatMap((name) => {
    const status = missedStatus(name, snapshot.sections[name]);
    return status === null ? [] : [{ status, ...WORDS[name] }];
  });
  if (missed.length > 0) {
    const verb = missed.length > 1 || missed.some(({ isManyLost }) => isManyLost) ? 'are' : 'is';
    return sentence(`${list(missed.map(({ lost }) => lost))} ${verb} not known: ${reasonsOf(missed)}`);
  }
  const partial = (['gpu', 'engines'] as const).filter(
    (name) => untold.includes(name) && snapshot.sections[name].status === 'partial',
  );
  return partial.length === 0 ? null : sentence(`the ${list(partial.map((name) => WORDS[name].title))} are incomplete`);
}

/** What was read, for an answer that finds nothing: it says what the answer rests on. */
export function readOf({ snapshot }: Pick<InsightRequest, 'snapshot'>): string[] {
  const read = SECTION_NAMES.filter((name) => ['ok', 'partial'].includes(snapshot.sections[name].status));
  return read.map((name) => WORDS[name].title);
}
