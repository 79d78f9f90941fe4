import type { CacheView, EngineView, HistogramView } from '../../machine/machine-view.js';
import { type Family, gauge, type Labels, pythonCounter, pythonHistogram } from '../prometheus/families.js';

/** LMCache gives a ping up after this (health monitor), and tells -1 for it. */
const PING_TIMEOUT_SECONDS = 5;

/** A cache, and how long reads of its remote tier took, in milliseconds. */
export interface CachePageFacts {
  readonly cache: CacheView;
  readonly remoteGets: HistogramView;
}

/** The `lmcache:` families of a cache inside an engine, with names and HELP texts of LMCache 2026. */
export function lmcacheFamilies({ cache, remoteGets }: CachePageFacts, engine: EngineView): Family[] {
  const labels: Labels = { model_name: engine.model, worker_id: '0', role: 'worker', served_model_name: engine.model };
  const createdSeconds = engine.startedAtMs / 1000;
  return [
    ...counters(cache).flatMap(([name, help, value]) =>
      pythonCounter(`lmcache:${name}`, help, [[labels, Math.floor(value)]], createdSeconds),
    ),
    ...gauges(cache).map(([name, help, value]) => gauge(`lmcache:${name}`, help, [['', labels, value]])),
    ...pythonHistogram(
      'lmcache:time_to_retrieve',
      'Time to retrieve from lmcache (seconds)',
      labels,
      cache.retrieveSeconds,
      createdSeconds,
    ),
    ...pythonHistogram(
      'lmcache:retrieve_speed',
      'Retrieve speed of lmcache (tokens per second)',
      labels,
      cache.retrieveSpeed,
      createdSeconds,
    ),
    ...pythonHistogram(
      'lmcache:remote_time_to_get',
      'Time to get from remote backends (ms)',
      labels,
      remoteGets,
      createdSeconds,
    ),
  ];
}

type Named = readonly [name: string, help: string, value: number];

function counters({ counters: counts, hasRemote }: CacheView): Named[] {
  return [
    ['num_retrieve_requests', 'Total number of retrieve requests sent to lmcache', counts.retrieves],
    ['num_store_requests', 'Total number of store requests sent to lmcache', counts.stores],
    ['num_lookup_requests', 'Total number of lookup requests sent to lmcache', counts.lookups],
    ['num_requested_tokens', 'Total number of tokens requested from lmcache', counts.requestedTokens],
    ['num_hit_tokens', 'Total number of tokens hit in lmcache', counts.hitTokens],
    ['num_stored_tokens', 'Total number of tokens stored in lmcache', counts.storedTokens],
    ['num_lookup_tokens', 'Total number of tokens requested in lookup from lmcache', counts.lookupTokens],
    ['num_lookup_hits', 'Total number of tokens hit in lookup from lmcache', counts.lookupHitTokens],
    ['num_remote_read_requests', 'Total number of requests read from remote backends', counts.remoteReads],
    ['num_remote_read_bytes', 'Total number of bytes read from remote backends', counts.remoteReadBytes],
    ['num_remote_write_requests', 'Total number of requests written to remote backends', counts.remoteWrites],
    ['num_remote_write_bytes', 'Total number of bytes written to remote backends', counts.remoteWriteBytes],
    ['local_cpu_evict_count', 'Total number of evict in local cpu backend', counts.evictedChunks],
    ['local_cpu_evict_keys_count', 'Total number of evict keys in local cpu backend', counts.evictedChunks],
    ['local_cpu_evict_failed_count', 'Total number of failed eviction in local cpu backend', 0],
    ['forced_unpin_count', 'Total number of forced unpin due to timeout', 0],
    ['num_slow_retrieval_by_time', 'Total number of slow retrievals by time threshold', counts.slowRetrievals],
    ['num_slow_retrieval_by_speed', 'Total number of slow retrievals by speed threshold', 0],
    ['remote_ping_errors', 'Number of ping errors to remote backends', hasRemote ? counts.remotePingErrors : 0],
    [
      'remote_ping_successes',
      'Number of ping successes to remote backends',
      hasRemote ? Math.max(0, counts.remotePings - counts.remotePingErrors) : 0,
    ],
  ];
}

function gauges(cache: CacheView): Named[] {
  const { counters: counts, hasRemote } = cache;
  const isLost = cache.remotePingSeconds >= PING_TIMEOUT_SECONDS;
  const share = (hits: number, of: number): number => (of === 0 ? 0 : hits / of);
  return [
    [
      'retrieve_hit_rate',
      'Hit rate of lmcache retrieve requests since last log',
      share(counts.hitTokens, counts.requestedTokens),
    ],
    [
      'lookup_hit_rate',
      'Hit rate of lmcache lookup requests since last log',
      share(counts.lookupHitTokens, counts.lookupTokens),
    ],
    ['local_cache_usage', 'Local cache usage (bytes) of lmcache', Math.round(cache.usedBytes)],
    ['remote_cache_usage', 'Remote cache usage (bytes) of lmcache', Math.round(cache.remoteUsedBytes)],
    [
      'remote_ping_latency',
      'Latest ping latency to remote backends (ms)',
      hasRemote ? cache.remotePingSeconds * 1000 : 0,
    ],
    ['remote_ping_error_code', 'Latest ping error code to remote backends', hasRemote && isLost ? -1 : 0],
    ['pinned_memory_objs_count', 'The number of pinned memory objects', 0],
    ['lmcache_is_healthy', 'Overall health status of LMCache (1 = healthy, 0 = unhealthy)', Number(cache.isHealthy)],
    ['chunk_statistics_enabled', 'Whether chunk statistics collection is enabled', 0],
  ];
}
