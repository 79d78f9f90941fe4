import type { Engine, Gap } from '@app/core';
import type { Comparison } from './engine-rates.js';

const NOT_ON_PAGE = 'its metrics page has no such series that could be read';
const COMPARISON_REASONS: Readonly<Record<Comparison, string>> = {
  compared: 'nothing was counted in the interval',
  'first-sample': 'there is no earlier sample to compare with',
  restarted: 'it restarted since the sample before',
  'not-later': 'the sample is not later than the one before',
};

const PAGE_FIELDS = ['model', 'sleepState', 'requestsRunning', 'requestsWaiting', 'kvCacheUsageRatio'] as const;
const REASON_FIELDS = ['requestsWaitingCapacity', 'requestsWaitingDeferred'] as const;
const RATE_FIELDS = {
  prefixCacheHitRatio: 'prefixCacheQueries',
  externalCacheHitRatio: 'externalCacheQueries',
  preemptionsPerSecond: 'preemptions',
  promptTokensPerSecond: 'promptTokens',
  generationTokensPerSecond: 'generationTokens',
  requestsPerSecond: 'requestsSucceeded',
} as const;
const QUANTILE_FIELDS = ['ttft', 'interTokenLatency', 'queueTime', 'endToEnd'] as const;
const QUANTILES = ['p50Seconds', 'p95Seconds', 'p99Seconds'] as const;

/** Why values of an engine that answers are null. What comes from its process is told where that is looked for. */
export function engineGaps(engine: Engine, comparison: Comparison): Gap[] {
  const gap = (field: string, reason: string): Gap => ({
    signal: `engines.${field}`,
    status: 'absent',
    reason: `${engine.id}: ${reason}`,
  });
  const nullNames = (record: Readonly<Record<string, unknown>>): string[] =>
    Object.keys(record).filter((name) => record[name] === null);
  return [
    ...(engine.version === null ? [gap('version', '/version gave no version')] : []),
    ...(engine.healthy === null ? [gap('healthy', '/health gave no verdict')] : []),
    ...(engine.startedAt === null ? [gap('startedAt', 'its metrics page names no single process start')] : []),
    ...PAGE_FIELDS.filter((field) => engine[field] === null).map((field) => gap(field, NOT_ON_PAGE)),
    ...REASON_FIELDS.filter((field) => engine[field] === null).map((field) =>
      gap(field, 'this engine version does not tell why requests wait'),
    ),
    ...nullNames(engine.counters).map((name) => gap(`counters.${name}`, NOT_ON_PAGE)),
    ...nullNames(engine.histograms).map((name) => gap(`histograms.${name}`, NOT_ON_PAGE)),
    ...rateGaps(engine, comparison, gap),
    ...QUANTILE_FIELDS.flatMap((field) => quantileGaps(engine, field, comparison, gap)),
  ];
}

type MakeGap = (field: string, reason: string) => Gap;

function rateGaps(engine: Engine, comparison: Comparison, gap: MakeGap): Gap[] {
  const fields = Object.keys(RATE_FIELDS) as (keyof typeof RATE_FIELDS)[];
  return fields
    .filter((field) => engine[field] === null)
    .map((field) =>
      gap(field, engine.counters[RATE_FIELDS[field]] === null ? NOT_ON_PAGE : COMPARISON_REASONS[comparison]),
    );
}

function quantileGaps(
  engine: Engine,
  field: (typeof QUANTILE_FIELDS)[number],
  comparison: Comparison,
  gap: MakeGap,
): Gap[] {
  const quantiles = engine[field];
  if (engine.histograms[field] === null) return [gap(field, NOT_ON_PAGE)];
  if ((quantiles.count ?? 0) === 0) return [gap(field, COMPARISON_REASONS[comparison])];
  return QUANTILES.filter((name) => quantiles[name] === null).map((name) =>
    gap(`${field}.${name}`, 'it falls in the first or the last bucket, which have one bound only'),
  );
}
