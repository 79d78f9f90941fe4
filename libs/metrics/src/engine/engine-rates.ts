import type { Engine, Quantiles } from '@app/core';
import type { EngineReading } from './engine-reading.js';
import { histogramDelta, NO_QUANTILES, quantilesOf } from './histogram.js';

/** A scrape and the instant at which it was made: monotonic when live, the frame's time in a recording. */
export interface EngineSample {
  readonly reading: EngineReading;
  readonly atMs: number;
}

export type EngineRates = Pick<
  Engine,
  | 'prefixCacheHitRatio'
  | 'externalCacheHitRatio'
  | 'preemptionsPerSecond'
  | 'promptTokensPerSecond'
  | 'generationTokensPerSecond'
  | 'requestsPerSecond'
  | 'ttft'
  | 'interTokenLatency'
  | 'queueTime'
  | 'endToEnd'
>;

/** What a sample is to the one before it; only `compared` ones have an interval between them. */
export type Comparison = 'compared' | 'first-sample' | 'restarted' | 'not-later';

export function compareSamples(earlier: EngineSample | null, later: EngineSample): Comparison {
  if (earlier === null) return 'first-sample';
  // Recordings may have frames out of order: their counters went down without a restart.
  if (!(later.atMs > earlier.atMs)) return 'not-later';
  return hasRestarted(earlier.reading, later.reading) ? 'restarted' : 'compared';
}

/** True when any cumulative number went down or the process is another one: nothing may be compared across that. */
export function hasRestarted(earlier: EngineReading, later: EngineReading): boolean {
  if (isOther(earlier.processStartSeconds, later.processStartSeconds)) return true;
  const counters = Object.keys(later.counters) as (keyof Engine['counters'])[];
  if (counters.some((name) => isLower(earlier.counters[name], later.counters[name]))) return true;
  const histograms = Object.keys(later.histograms) as (keyof Engine['histograms'])[];
  return histograms.some((name) =>
    isLower(earlier.histograms[name]?.count ?? null, later.histograms[name]?.count ?? null),
  );
}

/** What happened per second between two samples of one engine; null throughout where they can't be compared. */
export function engineRates(earlier: EngineSample | null, later: EngineSample): EngineRates {
  const before = compareSamples(earlier, later) === 'compared' ? earlier : null;
  const seconds = before === null ? 0 : (later.atMs - before.atMs) / 1000;
  const delta = (name: keyof Engine['counters']): number | null =>
    difference(before?.reading.counters[name], later.reading.counters[name]);
  const rate = (name: keyof Engine['counters']): number | null => {
    const change = delta(name);
    return change === null || seconds <= 0 ? null : change / seconds;
  };
  const quantiles = (name: keyof Engine['histograms']): Quantiles =>
    before === null
      ? NO_QUANTILES
      : quantilesOf(histogramDelta(before.reading.histograms[name], later.reading.histograms[name]));
  const looked = delta('prefixCacheQueries');
  const hitRatio = ratioOf(delta('prefixCacheHits'), looked);
  return {
    // The engine's own ratio stays as it was when nothing is looked up any more.
    prefixCacheHitRatio: hitRatio ?? (looked === 0 ? null : later.reading.prefixCacheHitRate),
    externalCacheHitRatio: ratioOf(delta('externalCacheHits'), delta('externalCacheQueries')),
    preemptionsPerSecond: rate('preemptions'),
    promptTokensPerSecond: rate('promptTokens'),
    generationTokensPerSecond: rate('generationTokens'),
    requestsPerSecond: rate('requestsSucceeded'),
    ttft: quantiles('ttft'),
    interTokenLatency: quantiles('interTokenLatency'),
    queueTime: quantiles('queueTime'),
    endToEnd: quantiles('endToEnd'),
  };
}

function isLower(earlier: number | null, later: number | null): boolean {
  return earlier !== null && later !== null && later < earlier;
}

function isOther(earlier: number | null, later: number | null): boolean {
  return earlier !== null && later !== null && later !== earlier;
}

function difference(earlier: number | null | undefined, later: number | null): number | null {
  return earlier === null || earlier === undefined || later === null ? null : later - earlier;
}

/** Null when nothing was looked up: that is no miss. */
function ratioOf(hits: number | null, queries: number | null): number | null {
  return hits === null || queries === null || queries <= 0 ? null : Math.min(1, hits / queries);
}
