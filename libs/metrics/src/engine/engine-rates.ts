import type { Engine, Quantiles } from '@app/core';
import { histogramDelta, NO_QUANTILES, quantilesOf } from './histogram.js';
import type { EngineReading } from './vllm-page.mapper.js';

/** A scrape and the monotonic instant at which it was made. */
export interface EngineSample {
  readonly reading: EngineReading;
  readonly atMs: number;
}

export type EngineRates = Pick<
  Engine,
  | 'prefixCacheHitRatio'
  | 'preemptionsPerSecond'
  | 'promptTokensPerSecond'
  | 'generationTokensPerSecond'
  | 'requestsPerSecond'
  | 'ttft'
  | 'interTokenLatency'
  | 'queueTime'
  | 'endToEnd'
>;

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

/** What happened per second between two samples of one engine; null throughout without an earlier sample or after a restart. */
export function engineRates(earlier: EngineSample | null, later: EngineSample): EngineRates {
  const before = earlier !== null && !hasRestarted(earlier.reading, later.reading) ? earlier : null;
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
  return {
    prefixCacheHitRatio:
      ratioOf(delta('prefixCacheHits'), delta('prefixCacheQueries')) ?? later.reading.prefixCacheHitRate,
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
