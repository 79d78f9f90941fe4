import type { Cache } from '@app/core';
import { histogramDelta } from '../engine/histogram.js';
import type { CacheReading } from './lmcache-page.mapper.js';

/** A scrape and the instant at which it was made. */
export interface CacheSample {
  readonly reading: CacheReading;
  readonly atMs: number;
}

/** `reset`: another process, or its counters were set to zero by a call of its API. */
export type CacheComparison = 'compared' | 'first-sample' | 'reset' | 'not-later';

export interface CacheRates {
  readonly hitRatio: number | null;
  readonly hitRatioBasis: string | null;
  readonly evictionsPerSecond: number | null;
  readonly retrieveSpeedTokensPerSecond: number | null;
  /** Mean of what was read from the remote tier in the interval. */
  readonly remoteGetSeconds: number | null;
}

/** Whether two samples may be subtracted. */
export function compareCaches(earlier: CacheSample | null, later: CacheSample): CacheComparison {
  if (earlier === null) return 'first-sample';
  if (later.atMs <= earlier.atMs) return 'not-later';
  return wasReset(earlier.reading, later.reading) ? 'reset' : 'compared';
}

function wasReset(earlier: CacheReading, later: CacheReading): boolean {
  const { processStartSeconds } = later;
  const startedBefore = earlier.processStartSeconds;
  if (startedBefore !== null && processStartSeconds !== null && startedBefore !== processStartSeconds) return true;
  const counters = (Object.keys(later.counters) as (keyof Cache['counters'])[])
    // Gauges in process: that they fall proves nothing.
    .filter((name) => name !== 'allocationFailures')
    .map((name) => [earlier.counters[name], later.counters[name]]);
  const histograms = (Object.keys(later.histograms) as (keyof Cache['histograms'])[]).map((name) => [
    earlier.histograms[name]?.count,
    later.histograms[name]?.count,
  ]);
  const hits = earlier.hits?.basis === later.hits?.basis ? [[earlier.hits?.of, later.hits?.of]] : [];
  return [...counters, ...histograms, ...hits].some(([before, after]) => (before ?? 0) > (after ?? before ?? 0));
}

/** What happened between two samples of one cache; null throughout where they can't be subtracted. */
export function cacheRates(earlier: CacheSample | null, later: CacheSample): CacheRates {
  const before = compareCaches(earlier, later) === 'compared' ? earlier : null;
  const seconds = before === null ? 0 : (later.atMs - before.atMs) / 1000;
  const evictions = difference(before?.reading.counters.evictions, later.reading.counters.evictions);
  return {
    ...hitRatio(before?.reading ?? null, later.reading),
    evictionsPerSecond: evictions === null || seconds <= 0 ? null : evictions / seconds,
    retrieveSpeedTokensPerSecond: intervalMean(before?.reading ?? null, later.reading, 'retrieveSpeed'),
    remoteGetSeconds: intervalMean(before?.reading ?? null, later.reading, 'remoteGetTime'),
  };
}

/** Null when nothing was looked up: that is no miss. The basis is given whenever the page tells what could be divided. */
function hitRatio(
  earlier: CacheReading | null,
  later: CacheReading,
): { hitRatio: number | null; hitRatioBasis: string | null } {
  const { hits, hitGauge } = later;
  if (hits === null) return { hitRatio: hitGauge?.ratio ?? null, hitRatioBasis: hitGauge?.basis ?? null };
  const before = earlier?.hits?.basis === hits.basis ? earlier.hits : null;
  const of = difference(before?.of, hits.of);
  const found = difference(before?.hits, hits.hits);
  const isMeasured = of !== null && of > 0 && found !== null && found >= 0;
  return { hitRatio: isMeasured ? Math.min(1, found / of) : null, hitRatioBasis: hits.basis };
}

function intervalMean(
  earlier: CacheReading | null,
  later: CacheReading,
  name: keyof Cache['histograms'],
): number | null {
  const delta = histogramDelta(earlier?.histograms[name] ?? null, later.histograms[name]);
  if (delta === null || delta.sum === null || delta.sum < 0 || delta.count === null || delta.count <= 0) return null;
  return delta.sum / delta.count;
}

function difference(earlier: number | null | undefined, later: number | null): number | null {
  return earlier === null || earlier === undefined || later === null ? null : later - earlier;
}
