import type { BundlePage } from './bundle.js';
import type { WorldCache } from './cache-state.js';
import { anEmptyLmcacheMpPage, anLmcacheMpPage, anLmcachePage } from './writers.js';

/** Series of a cache inside an engine, for the engine's page; empty where they stand elsewhere or nowhere. */
export function seriesOnEnginePage(cache: WorldCache): string {
  return cache.mode === 'in-process' && cache.at === 'engine-page' && cache.hasMetrics ? inProcessText(cache) : '';
}

/** What asking the cache's own address gives. */
export function cachePages(cache: WorldCache): BundlePage[] {
  if (cache.at === 'engine-page') return [];
  const { url, isReachable, isHealthy } = cache;
  if (!isReachable) {
    return [
      { url: `${url}/metrics`, status: 0, text: '' },
      ...(cache.mode === 'mp' ? [{ url: `${url}/healthcheck`, status: 0, text: '' }] : []),
    ];
  }
  if (cache.mode === 'in-process') {
    const configuration = { chunk_size: cache.chunkSize, max_local_cpu_size: cache.capacityBytes / 1024 ** 3 };
    return [
      { url: `${url}/metrics`, ...(cache.hasMetrics ? { text: inProcessText(cache) } : { status: 404, text: '' }) },
      { url: `${url}/conf`, text: JSON.stringify(configuration) },
    ];
  }
  return [
    { url: `${url}/metrics`, ...(cache.hasMetrics ? { text: mpText(cache) } : { status: 404, text: '' }) },
    isHealthy
      ? { url: `${url}/healthcheck`, text: '{"status":"healthy"}' }
      : { url: `${url}/healthcheck`, status: 503, text: '{"status":"unhealthy","reason":"storage backend"}' },
    { url: `${url}/status`, text: mpStatus(cache) },
    { url: `${url}/conf`, text: mpConfiguration(cache) },
  ];
}

function mpStatus({ isHealthy, chunkSize, capacityBytes, usageRatio }: WorldCache): string {
  const l1 = {
    is_healthy: isHealthy,
    memory_used_bytes: Math.round(capacityBytes * usageRatio),
    memory_configured_bytes: capacityBytes,
  };
  return JSON.stringify({
    is_healthy: isHealthy,
    chunk_size: chunkSize,
    storage_manager: { is_healthy: isHealthy, l1_manager: l1 },
  });
}

function mpConfiguration({ chunkSize, capacityBytes }: WorldCache): string {
  return JSON.stringify({
    mp: { chunk_size: chunkSize },
    storage_manager: { l1_manager_config: { memory_config: { size_in_bytes: capacityBytes } } },
  });
}

function inProcessText(cache: WorldCache): string {
  const { counters, histograms } = cache;
  return anLmcachePage({
    model: cache.model,
    healthy: cache.isHealthy,
    lookupTokens: counters.lookupTokens,
    lookupHits: counters.hitTokens,
    requestedTokens: counters.lookupTokens,
    hitTokens: counters.hitTokens,
    promptTokens: counters.promptTokens,
    storedTokens: counters.storedTokens,
    retrieveRequests: counters.retrieves,
    evictedKeys: counters.evictedChunks,
    evictionsFailed: counters.evictionFailures,
    remoteReads: counters.remoteReads,
    slowByTime: counters.slowByTime,
    slowBySpeed: counters.slowBySpeed,
    forcedUnpins: counters.forcedUnpins,
    pingErrors: counters.pingErrors,
    pingSuccesses: counters.pingSuccesses,
    pingMilliseconds: cache.hasRemote ? cache.pingMilliseconds : 0,
    pingErrorCode: cache.pingErrorCode,
    usedBytes: Math.round(cache.capacityBytes * cache.usageRatio),
    pinnedObjects: cache.pinnedObjects,
    putsFailed: counters.allocationFailures,
    getsFailed: counters.prefetchFailures,
    lookupHitRate: cache.effectiveHitRatio,
    chunkStatistics: cache.chunkReuseRatio !== null,
    chunkReuseRate: cache.chunkReuseRatio ?? 0,
    retrieveSeconds: histograms.retrieveSeconds.observations(),
    retrieveTokensPerSecond: histograms.retrieveSpeed.observations(),
    remoteGetMilliseconds: histograms.remoteMilliseconds.observations(),
    without: cache.without,
  });
}

function mpText(cache: WorldCache): string {
  const { counters, histograms } = cache;
  if (counters.lookupTokens === 0) return anEmptyLmcacheMpPage();
  return anLmcacheMpPage({
    model: cache.model,
    lookups: { '': { requested: counters.lookupTokens, hit: counters.hitTokens, l2: counters.l2HitTokens } },
    writtenChunks: counters.storedChunks,
    evictedChunks: counters.evictedChunks,
    finishedRetrieves: { 'cuda:0': counters.retrieves },
    l2Loads: counters.remoteReads,
    allocationFailures: counters.allocationFailures,
    prefetchFailures: { l1Oom: counters.prefetchFailures },
    usedBytes: Math.round(cache.capacityBytes * cache.usageRatio),
    usageRatio: cache.usageRatio,
    evictReuseGapSeconds: histograms.evictToReuseSeconds.observations(),
    without: cache.without,
  });
}
