import type { Cache, Gap } from '@app/core';
import type { CacheComparison, CacheRates } from './cache-rates.js';
import type { LmcacheConfig } from './lmcache-answers.js';
import type { CacheReading, LocalUse } from './lmcache-page.mapper.js';

/** What is known of a cache besides its series. */
export interface CacheFacts {
  readonly id: string;
  readonly engineId: string | null;
  readonly version: string | null;
  /** What a health check said. */
  readonly healthy: boolean | null;
  readonly config: LmcacheConfig;
}

export function cacheOf(facts: CacheFacts, reading: CacheReading, rates: CacheRates): Cache {
  const { localUse, mode } = reading;
  const poolBytes = facts.config.capacityBytes;
  return {
    id: facts.id,
    kind: 'lmcache',
    mode,
    healthy: combinedHealth(reading.healthy, facts.healthy),
    hitRatio: rates.hitRatio,
    hitRatioBasis: rates.hitRatioBasis,
    usageRatio: reading.usageRatio ?? usageOf(mode, localUse, poolBytes),
    usedBytes: localUse?.bytes ?? null,
    capacityBytes: poolBytes === null ? null : poolBytes * (mode === 'mp' ? 1 : Math.max(1, localUse?.workers ?? 1)),
    evictionsPerSecond: rates.evictionsPerSecond,
    retrieveSpeedTokensPerSecond: rates.retrieveSpeedTokensPerSecond,
    // A ping is measured whether or not anything is read; the mean of an interval needs reads.
    remoteLatencySeconds: reading.remotePingSeconds ?? rates.remoteGetSeconds,
    version: facts.version,
    model: reading.model,
    engineId: facts.engineId,
    remotePingErrorCode: reading.remotePingErrorCode,
    pinnedObjects: reading.pinnedObjects,
    chunkReuseRatio: reading.chunkReuseRatio,
    chunkSizeTokens: facts.config.chunkSizeTokens,
    counters: reading.counters,
    histograms: reading.histograms,
  };
}

/** Healthy only where nobody says otherwise. */
function combinedHealth(series: boolean | null, check: boolean | null): boolean | null {
  return series === false || check === false ? false : (series ?? check);
}

/** A full pool evicts however empty those of the other workers are, so the fullest one counts. */
function usageOf(mode: Cache['mode'], localUse: LocalUse | null, poolBytes: number | null): number | null {
  if (localUse === null || poolBytes === null || poolBytes <= 0) return null;
  const used = mode === 'mp' ? localUse.bytes : localUse.fullestWorkerBytes;
  return used <= poolBytes ? used / poolBytes : null;
}

/** A cache whose page has none of its series, which is how an MP server begins. */
export function emptyReading(mode: Cache['mode']): CacheReading {
  return {
    mode,
    model: null,
    healthy: null,
    hits: null,
    hitGauge: null,
    usageRatio: null,
    localUse: null,
    remotePingSeconds: null,
    remotePingErrorCode: null,
    pinnedObjects: null,
    chunkReuseRatio: null,
    counters: {
      lookupTokens: null,
      hitTokens: null,
      secondTierHitTokens: null,
      storedTokens: null,
      retrieveRequests: null,
      evictions: null,
      storedChunks: null,
      evictionFailures: null,
      remoteReads: null,
      slowRetrievals: null,
      allocationFailures: null,
      forcedUnpins: null,
    },
    histograms: { retrieveTime: null, retrieveSpeed: null, remoteGetTime: null, evictionToReuse: null },
    processStartSeconds: null,
  };
}

const NOT_ON_PAGE = 'is not on its metrics page';
const NOT_COMPARED: Record<Exclude<CacheComparison, 'compared'>, string> = {
  'first-sample': 'there is no earlier sample to compare with',
  reset: 'it restarted, or its counters were set back, since the sample before',
  'not-later': 'the sample is not later than the one before',
};

/** Why values of a cache are null. `noSeries` explains a page without any. */
export function cacheGaps(
  cache: Cache,
  reading: CacheReading,
  comparison: CacheComparison,
  noSeries: string | null,
): Gap[] {
  const missing = noSeries ?? NOT_ON_PAGE;
  const overInterval = (isOnPage: boolean, nothing: string): string =>
    !isOnPage ? missing : comparison === 'compared' ? nothing : NOT_COMPARED[comparison];
  const isMp = cache.mode === 'mp';
  const reasons: Partial<Record<keyof Cache, string>> = {
    healthy: 'neither its metrics nor a health check tell',
    hitRatio: overInterval(reading.hits !== null, 'nothing was looked up in the interval'),
    usageRatio: cache.usedBytes === null ? missing : 'its capacity is not known, or less than what is in use',
    usedBytes: missing,
    capacityBytes: 'its configuration was not read',
    evictionsPerSecond: overInterval(reading.counters.evictions !== null, 'evictions appeared on the page just now'),
    retrieveSpeedTokensPerSecond: isMp
      ? 'the MP server gives its speed in bytes only'
      : overInterval(reading.histograms.retrieveSpeed !== null, 'nothing was retrieved in the interval'),
    remoteLatencySeconds: isMp
      ? 'the MP server publishes no latency of its second tier'
      : 'no remote tier was pinged or read from',
    version: 'it was not told',
    model: 'its metrics name no model, or several',
    remotePingErrorCode: isMp ? 'the MP server does not ping' : 'no remote tier is pinged',
    pinnedObjects: missing,
    chunkReuseRatio: 'chunk statistics are off or not published',
    chunkSizeTokens: 'its configuration was not read',
  };
  const fields = (Object.keys(reasons) as (keyof Cache)[])
    .filter((field) => cache[field] === null)
    .map((field) => [field, reasons[field] ?? missing] as const);
  const cumulative = (['counters', 'histograms'] as const).flatMap((group) =>
    Object.entries(cache[group])
      .filter(([, value]) => value === null)
      .map(([name]) => [`${group}.${name}`, missing] as const),
  );
  return [...fields, ...cumulative].map(([field, reason]) => ({
    signal: `caches.${field}`,
    status: 'absent',
    reason: `${cache.id}: ${reason}`,
  }));
}
