import type { Engine, Snapshot } from '@app/core';
import { histogramRise } from '../histogram-shares.js';
import { counterDelta } from './derived-readings.js';

/** Mean tokens per prompt between two samples; null without a request or where prompts are not counted. */
export function meanPromptTokens(before: Engine | null, after: Engine): number | null {
  const start = { sum: 0, count: 0, upperBounds: [], cumulativeCounts: [] };
  const rise = histogramRise(before ? before.histograms.promptTokens : start, after.histograms.promptTokens);
  if (rise) return rise.count === 0 ? null : rise.sum / rise.count;
  const tokens = counterDelta(before ? before.counters.promptTokens : 0, after.counters.promptTokens);
  const requests = counterDelta(before ? before.counters.requestsSucceeded : 0, after.counters.requestsSucceeded);
  return tokens === null || !requests ? null : tokens / requests;
}

export interface CacheLookups {
  readonly queries: number;
  readonly hitRatio: number;
}

/** What was looked up in the prefix cache between two samples; null when nothing was or it is not counted. */
export function prefixLookups(before: Engine, after: Engine): CacheLookups | null {
  return lookups(before, after, 'prefixCacheQueries', 'prefixCacheHits');
}

/** The same for the cache behind the engine's own (LMCache and the like). */
export function externalLookups(before: Engine, after: Engine): CacheLookups | null {
  return lookups(before, after, 'externalCacheQueries', 'externalCacheHits');
}

function lookups(
  before: Engine,
  after: Engine,
  queried: keyof Engine['counters'],
  hit: keyof Engine['counters'],
): CacheLookups | null {
  const queries = counterDelta(before.counters[queried], after.counters[queried]);
  const hits = counterDelta(before.counters[hit], after.counters[hit]);
  return hits === null || !queries ? null : { queries, hitRatio: Math.min(1, hits / queries) };
}

/** Reuse that a cache tells of; which of them is evidence enough is the rule's business. */
export interface ReuseSigns {
  readonly externalHitRatio: number | null;
  readonly chunkReuseRatio: number | null;
}

export function reuseSigns(before: Engine | null, after: Engine, snapshot: Snapshot): ReuseSigns {
  const own = snapshot.caches.filter(({ engineId }) => engineId === null || engineId === after.id);
  const ratios = own.map(({ chunkReuseRatio }) => chunkReuseRatio).filter((ratio) => ratio !== null);
  return {
    externalHitRatio: before ? (externalLookups(before, after)?.hitRatio ?? null) : null,
    chunkReuseRatio: ratios.length === 0 ? null : Math.max(...ratios),
  };
}
