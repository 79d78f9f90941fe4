import type { Cache } from '@app/core';
import type { CounterSource } from '../engine/engine-names.js';

export type CacheGauge =
  | 'healthy'
  | 'lookupHitRate'
  | 'retrieveHitRate'
  | 'usedBytes'
  | 'usageRatio'
  | 'pingMilliseconds'
  | 'pingErrorCode'
  | 'pinnedObjects'
  | 'chunkStatisticsEnabled'
  | 'chunkReuseRate';

/** Two counters whose quotient is a hit ratio, named by what it divides by. */
export interface HitNames {
  readonly basis: string;
  readonly hits: readonly string[];
  readonly of: readonly string[];
}

/**
 * What one generation of LMCache calls its series: newest name first, without prefix and without the `_total` that
 * prometheus_client appends. A `_created` series stands in no list, so that its time of day is never read as a count.
 */
export interface LmcacheNames {
  readonly mode: Cache['mode'];
  readonly prefix: RegExp;
  readonly gauges: Readonly<Record<CacheGauge, readonly string[]>>;
  /** A counter is the sum of those of its sources that are on the page. */
  readonly counters: Readonly<Record<keyof Cache['counters'], readonly CounterSource[]>>;
  /** Best first: the ratio is taken from the first pair of which both are on the page. */
  readonly hits: readonly HitNames[];
  /** Pings of a remote tier, by outcome: without any, there is no such tier. */
  readonly pings: readonly CounterSource[];
  readonly histograms: Readonly<Record<keyof Cache['histograms'], readonly string[]>>;
}

/** Histograms that a source keeps in milliseconds. */
export const MILLISECOND_HISTOGRAMS: ReadonlySet<keyof Cache['histograms']> = new Set(['remoteGetTime']);

/** LMCache inside the engine; on the engine's own page, and on that of the internal API server. */
export const IN_PROCESS_NAMES: LmcacheNames = {
  mode: 'in-process',
  // `lmcache_mp_` is the other generation.
  prefix: /^lmcache[:_](?!mp_)/,
  gauges: {
    // The code says `lmcache:lmcache_is_healthy`, its documentation `lmcache:is_healthy`.
    healthy: ['lmcache_is_healthy', 'is_healthy'],
    lookupHitRate: ['lookup_hit_rate'],
    retrieveHitRate: ['retrieve_hit_rate'],
    usedBytes: ['local_cache_usage'],
    usageRatio: [],
    pingMilliseconds: ['remote_ping_latency'],
    pingErrorCode: ['remote_ping_error_code'],
    pinnedObjects: ['pinned_memory_objs_count', 'pin_monitor_pinned_objects_count'],
    chunkStatisticsEnabled: ['chunk_statistics_enabled'],
    chunkReuseRate: ['chunk_statistics_reuse_rate'],
  },
  counters: {
    lookupTokens: [{ names: ['num_lookup_tokens'] }],
    // `num_hit_tokens` counts what was retrieved, `num_lookup_hits` what a lookup found.
    hitTokens: [{ names: ['num_lookup_hits', 'num_hit_tokens'] }],
    secondTierHitTokens: [],
    storedTokens: [{ names: ['num_stored_tokens'] }],
    retrieveRequests: [{ names: ['num_retrieve_requests'] }],
    // Keys are chunks; the other counts rounds of eviction, however many chunks each removed.
    evictions: [{ names: ['local_cpu_evict_keys_count', 'local_cpu_evict_count'] }],
    storedChunks: [],
    evictionFailures: [{ names: ['local_cpu_evict_failed_count'] }],
    remoteReads: [{ names: ['num_remote_read_requests'] }],
    slowRetrievals: [{ names: ['num_slow_retrieval_by_time'] }, { names: ['num_slow_retrieval_by_speed'] }],
    // Gauges that only rise. Their `interval_…` namesakes start over with every log line and say nothing here.
    allocationFailures: [{ names: ['put_failed_count'] }, { names: ['get_blocking_failed_count'] }],
    forcedUnpins: [{ names: ['forced_unpin_count'] }],
  },
  hits: [
    { basis: 'lookup tokens', hits: ['num_lookup_hits', 'num_hit_tokens'], of: ['num_lookup_tokens'] },
    { basis: 'requested tokens', hits: ['num_hit_tokens'], of: ['num_requested_tokens'] },
    { basis: 'prompt tokens', hits: ['num_hit_tokens'], of: ['num_prompt_tokens'] },
  ],
  pings: [{ names: ['remote_ping_errors'] }, { names: ['remote_ping_successes'] }],
  histograms: {
    retrieveTime: ['time_to_retrieve'],
    retrieveSpeed: ['retrieve_speed'],
    remoteGetTime: ['remote_time_to_get', 'remote_time_to_get_sync'],
    evictionToReuse: [],
  },
};

/**
 * The server of its own (`lmcache server`). OpenTelemetry appends the unit to a name, and which unit that is has changed
 * (`keys` became `chunks`), so each stands here with and without.
 */
export const MP_NAMES: LmcacheNames = {
  mode: 'mp',
  prefix: /^lmcache_mp_/,
  gauges: {
    healthy: [],
    lookupHitRate: [],
    retrieveHitRate: [],
    usedBytes: ['l1_memory_usage_bytes'],
    usageRatio: ['l1_usage_ratio'],
    pingMilliseconds: [],
    pingErrorCode: [],
    pinnedObjects: [],
    chunkStatisticsEnabled: [],
    chunkReuseRate: [],
  },
  counters: {
    lookupTokens: [{ names: ['lookup_requested_tokens', 'lookup_requested'] }],
    hitTokens: [{ names: ['lookup_hit_tokens', 'lookup_hit'] }],
    secondTierHitTokens: [{ names: ['lookup_hit_l2_tokens', 'lookup_hit_l2'] }],
    storedTokens: [],
    retrieveRequests: [{ names: ['num_finished_retrieves'] }],
    evictions: [{ names: ['l1_evicted_chunks', 'l1_evicted_keys', 'l1_evicted'] }],
    storedChunks: [{ names: ['l1_write_chunks', 'l1_write_keys', 'l1_write'] }],
    evictionFailures: [],
    remoteReads: [{ names: ['l2_load_completed_requests', 'l2_load_completed'] }],
    slowRetrievals: [],
    allocationFailures: [
      { names: ['l1_allocation_failure_chunks', 'l1_allocation_failure'] },
      // The other reason, `not_found`, has nothing to do with room.
      {
        names: ['l2_prefetch_failure_chunks', 'l2_prefetch_failure'],
        where: (labels) => labels['reason'] === 'l1_oom',
        completeBy: 'reason',
      },
    ],
    forcedUnpins: [],
  },
  hits: [
    {
      basis: 'lookup tokens',
      hits: ['lookup_hit_tokens', 'lookup_hit'],
      of: ['lookup_requested_tokens', 'lookup_requested'],
    },
  ],
  pings: [],
  histograms: {
    retrieveTime: [],
    retrieveSpeed: [],
    remoteGetTime: [],
    evictionToReuse: ['l1_chunk_evict_reuse_gap_seconds', 'l1_chunk_evict_reuse_gap'],
  },
};

export const LMCACHE_NAMES: readonly LmcacheNames[] = [IN_PROCESS_NAMES, MP_NAMES];

/** Every name that is read of a generation, as it stands without prefix and `_total`. */
export function namesRead(names: LmcacheNames): ReadonlySet<string> {
  return new Set([
    ...Object.values(names.gauges).flat(),
    ...[...Object.values(names.counters).flat(), ...names.pings].flatMap((source) => source.names),
    ...names.hits.flatMap(({ hits, of }) => [...hits, ...of]),
    ...Object.values(names.histograms)
      .flat()
      .flatMap((name) => [`${name}_bucket`, `${name}_sum`, `${name}_count`]),
  ]);
}

const READ: ReadonlyMap<Cache['mode'], ReadonlySet<string>> = new Map(
  LMCACHE_NAMES.map((names) => [names.mode, namesRead(names)]),
);

/** The name without prefix and `_total`, or null for a series that is not read of this generation. */
export function canonicalLmcacheName(names: LmcacheNames, name: string): string | null {
  const prefix = names.prefix.exec(name)?.[0];
  if (prefix === undefined) return null;
  const bare = name.slice(prefix.length).replace(/_total$/, '');
  return READ.get(names.mode)?.has(bare) === true ? bare : null;
}
