import type { Cache, HistogramReading } from '@app/core';
import { type CounterSource, PROCESS_START_SERIES, SIMULATED_SERIES } from '../engine/engine-names.js';
import { counterOf, finite, histogramOf, pick, type Series, sumOf } from '../engine/engine-series.js';
import { parsePrometheusText, type PrometheusSample } from '../prometheus/index.js';
import {
  type CacheGauge,
  canonicalLmcacheName,
  LMCACHE_NAMES,
  type LmcacheNames,
  MILLISECOND_HISTOGRAMS,
} from './lmcache-names.js';
import { seriesAcrossWorkers, workerOf } from './worker-series.js';

/** What a hit ratio is made of. */
export interface HitCounters {
  readonly basis: string;
  readonly hits: number;
  readonly of: number;
}

/** Memory of the local tier. Every worker has a pool of its own. */
export interface LocalUse {
  readonly bytes: number;
  readonly fullestWorkerBytes: number;
  readonly workers: number;
}

/** What one scrape says of one cache, before anything is compared with an earlier scrape. */
export interface CacheReading {
  readonly mode: Cache['mode'];
  readonly model: string | null;
  readonly healthy: boolean | null;
  readonly hits: HitCounters | null;
  /** The ratio that LMCache computes itself, since its last log line; only where there are no counters. */
  readonly hitGauge: { readonly basis: string; readonly ratio: number } | null;
  readonly usageRatio: number | null;
  readonly localUse: LocalUse | null;
  readonly remotePingSeconds: number | null;
  readonly remotePingErrorCode: number | null;
  readonly pinnedObjects: number | null;
  readonly chunkReuseRatio: number | null;
  readonly counters: Cache['counters'];
  readonly histograms: Cache['histograms'];
  readonly processStartSeconds: number | null;
}

export interface LmcachePageReading {
  /** None for a page without series of LMCache; two where a page collects both generations. */
  readonly readings: readonly CacheReading[];
  readonly simulated: boolean;
  readonly problems: readonly string[];
}

// Also pages of which no name is known (renamed in a later version): that is a cache with gaps, not the absence of one.
const OWN_SERIES: Readonly<Record<Cache['mode'], RegExp>> = {
  'in-process': /^[ \t]*lmcache:\w/m,
  mp: /^[ \t]*lmcache_mp_\w/m,
};

/** Whose generation a page is, at a glance; null for a page without series of LMCache. */
export function lmcacheModeOf(text: string): Cache['mode'] | null {
  if (OWN_SERIES.mp.test(text)) return 'mp';
  return /^[ \t]*lmcache[:_]\w/m.test(text) ? 'in-process' : null;
}

/** Reads the series of LMCache on a page, be it its own or an engine's. */
export function mapLmcachePage(text: string): LmcachePageReading {
  const { samples, problems } = parsePrometheusText(text, { keep: isRead });
  const starts = samples.filter(({ name }) => name === PROCESS_START_SERIES).map(({ value }) => value);
  const processStartSeconds = starts.length === 1 ? finite(starts[0]) : null;
  const readings = LMCACHE_NAMES.map((names) => ({ names, series: seriesOf(samples, names) }))
    .filter(({ names, series }) => series.size > 0 || OWN_SERIES[names.mode].test(text))
    .map(({ names, series }) => readCache(names, series, processStartSeconds));
  return {
    readings,
    simulated: samples.some(({ name, value }) => name === SIMULATED_SERIES && value === 1),
    problems,
  };
}

function isRead(name: string): boolean {
  return (
    name === PROCESS_START_SERIES ||
    name === SIMULATED_SERIES ||
    LMCACHE_NAMES.some((names) => canonicalLmcacheName(names, name) !== null)
  );
}

function seriesOf(samples: readonly PrometheusSample[], names: LmcacheNames): Series {
  const series = new Map<string, PrometheusSample[]>();
  for (const sample of samples) {
    const name = canonicalLmcacheName(names, sample.name);
    if (name === null) continue;
    const sameName = series.get(name);
    if (sameName === undefined) series.set(name, [sample]);
    else sameName.push(sample);
  }
  return series;
}

function readCache(names: LmcacheNames, series: Series, processStartSeconds: number | null): CacheReading {
  const merged = seriesAcrossWorkers(series);
  const gauge = (name: CacheGauge): readonly number[] => valuesOf(series, names.gauges[name]);
  const hits = hitCounters(names, merged);
  return {
    mode: names.mode,
    model: modelOf(series),
    healthy: healthOf(gauge('healthy')),
    hits,
    hitGauge: hits === null ? hitGauge(gauge('lookupHitRate'), gauge('retrieveHitRate')) : null,
    usageRatio: ratio(highest(gauge('usageRatio'))),
    localUse: localUseOf(pick(series, names.gauges.usedBytes)),
    ...remotePing(gauge('pingMilliseconds'), gauge('pingErrorCode'), totalOf(merged, names.pings)),
    pinnedObjects: atLeastZero(highest(gauge('pinnedObjects'))),
    chunkReuseRatio: chunkReuse(gauge('chunkStatisticsEnabled'), gauge('chunkReuseRate')),
    counters: countersOf(names, merged),
    histograms: histogramsOf(names, merged),
    processStartSeconds,
  };
}

function valuesOf(series: Series, candidates: readonly string[]): readonly number[] {
  return pick(series, candidates).map(({ value }) => value);
}

function highest(values: readonly number[]): number | null {
  return finite(values.reduce<number | undefined>((high, value) => Math.max(high ?? value, value), undefined));
}

function atLeastZero(value: number | null): number | null {
  return value !== null && value >= 0 ? value : null;
}

function ratio(value: number | null): number | null {
  return value !== null && value >= 0 && value <= 1 ? value : null;
}

function modelOf(series: Series): string | null {
  const models = new Set([...series.values()].flat().map(({ labels }) => labels['model_name']));
  models.delete(undefined);
  models.delete('');
  const [model] = models;
  return models.size === 1 ? (model ?? null) : null;
}

/** One worker that is ill makes the cache ill: it answers every lookup with no hits. */
function healthOf(values: readonly number[]): boolean | null {
  if (values.includes(0)) return false;
  return values.length > 0 && values.every((value) => value === 1) ? true : null;
}

function hitCounters(names: LmcacheNames, merged: Series): HitCounters | null {
  for (const pair of names.hits) {
    const hits = counterOf(merged, { names: pair.hits });
    const of = counterOf(merged, { names: pair.of });
    if (hits !== null && of !== null) return { basis: pair.basis, hits, of };
  }
  return null;
}

function hitGauge(lookup: readonly number[], retrieve: readonly number[]): CacheReading['hitGauge'] {
  const [unit, values] = lookup.length > 0 ? ['lookup', lookup] : ['requested', retrieve];
  const hitRatio = ratio(highest(values));
  return hitRatio === null ? null : { basis: `${unit} tokens since LMCache's last log line (gauge)`, ratio: hitRatio };
}

function localUseOf(samples: readonly PrometheusSample[]): LocalUse | null {
  // The scheduler looks up but holds no memory; its zero is no worker with an empty pool.
  const pools = samples.filter(({ labels }) => labels['role'] !== 'scheduler');
  const bytes = sumOf(pools);
  if (bytes === null || pools.some(({ value }) => value < 0)) return null;
  return {
    bytes,
    fullestWorkerBytes: highest(pools.map(({ value }) => value)) ?? bytes,
    workers: new Set(pools.map(workerOf)).size,
  };
}

/** Both gauges stand at 0 where there is no remote tier, which is neither success nor a latency. */
function remotePing(
  milliseconds: readonly number[],
  codes: readonly number[],
  pings: number | null,
): Pick<CacheReading, 'remotePingSeconds' | 'remotePingErrorCode'> {
  const code = codes.find((each) => each !== 0) ?? codes[0];
  const isPinged = pings === null || pings > 0 || (code !== undefined && code !== 0);
  if (!isPinged) return { remotePingSeconds: null, remotePingErrorCode: null };
  const latency = highest(milliseconds);
  return {
    remotePingSeconds: latency !== null && latency > 0 ? latency / 1000 : null,
    remotePingErrorCode: finite(code),
  };
}

function chunkReuse(enabled: readonly number[], rate: readonly number[]): number | null {
  const isOff = enabled.length > 0 && !enabled.includes(1);
  return isOff ? null : ratio(highest(rate));
}

/** Sum of the sources that are there; null when there are none. */
function totalOf(merged: Series, sources: readonly CounterSource[]): number | null {
  const counts = sources.map((source) => counterOf(merged, source)).filter((count) => count !== null);
  return counts.length === 0 ? null : finite(counts.reduce((sum, count) => sum + count, 0));
}

function countersOf(names: LmcacheNames, merged: Series): Cache['counters'] {
  const count = (name: keyof Cache['counters']): number | null => totalOf(merged, names.counters[name]);
  return {
    lookupTokens: count('lookupTokens'),
    hitTokens: count('hitTokens'),
    secondTierHitTokens: count('secondTierHitTokens'),
    storedTokens: count('storedTokens'),
    retrieveRequests: count('retrieveRequests'),
    evictions: count('evictions'),
    storedChunks: count('storedChunks'),
    evictionFailures: count('evictionFailures'),
    remoteReads: count('remoteReads'),
    slowRetrievals: count('slowRetrievals'),
    allocationFailures: count('allocationFailures'),
    forcedUnpins: count('forcedUnpins'),
  };
}

function histogramsOf(names: LmcacheNames, merged: Series): Cache['histograms'] {
  const histogram = (name: keyof Cache['histograms']): HistogramReading | null => {
    const reading = histogramOf(merged, names.histograms[name]);
    return reading !== null && MILLISECOND_HISTOGRAMS.has(name) ? inSeconds(reading) : reading;
  };
  return {
    retrieveTime: histogram('retrieveTime'),
    retrieveSpeed: histogram('retrieveSpeed'),
    remoteGetTime: histogram('remoteGetTime'),
    evictionToReuse: histogram('evictionToReuse'),
  };
}

function inSeconds(milliseconds: HistogramReading): HistogramReading {
  const seconds = (value: number | null): number | null => (value === null ? null : value / 1000);
  return { ...milliseconds, upperBounds: milliseconds.upperBounds.map(seconds), sum: seconds(milliseconds.sum) };
}
