/**
 * Names of vLLM's series, newest first, without prefix and without the `_total` that prometheus_client appends.
 * Where a page has two of them (hybrids of versions exist), the newer one counts.
 */
export const VLLM_GAUGES = {
  requestsRunning: ['num_requests_running'],
  requestsWaiting: ['num_requests_waiting'],
  waitingByReason: ['num_requests_waiting_by_reason'],
  // `gpu_cache_usage_perc`: V0, and V1 up to 0.9.
  kvCacheUsage: ['kv_cache_usage_perc', 'gpu_cache_usage_perc'],
  // V0 only: a ratio instead of two counters, −1 before the first query.
  prefixCacheHitRate: ['gpu_prefix_cache_hit_rate'],
  cacheConfig: ['cache_config_info'],
} as const;

export const VLLM_COUNTERS = {
  preemptions: ['num_preemptions'],
  promptTokens: ['prompt_tokens'],
  generationTokens: ['generation_tokens'],
  requestsSucceeded: ['request_success'],
  // `gpu_…`: V1 up to 0.9.
  prefixCacheQueries: ['prefix_cache_queries', 'gpu_prefix_cache_queries'],
  prefixCacheHits: ['prefix_cache_hits', 'gpu_prefix_cache_hits'],
} as const;

export const VLLM_HISTOGRAMS = {
  ttft: ['time_to_first_token_seconds'],
  // `time_per_output_token_seconds`: until 0.10.
  interTokenLatency: ['inter_token_latency_seconds', 'time_per_output_token_seconds'],
  // `time_in_queue_requests`: V0.
  queueTime: ['request_queue_time_seconds', 'time_in_queue_requests'],
  prefillTime: ['request_prefill_time_seconds'],
  endToEnd: ['e2e_request_latency_seconds'],
} as const;

/** A source that makes its numbers up says so with this series. */
export const SIMULATED_SERIES = 'simulated_source_info';
export const PROCESS_START_SERIES = 'process_start_time_seconds';

const WANTED = new Set<string>([
  ...Object.values(VLLM_GAUGES).flat(),
  ...Object.values(VLLM_COUNTERS).flat(),
  ...Object.values(VLLM_HISTOGRAMS)
    .flat()
    .flatMap((name) => [`${name}_bucket`, `${name}_sum`, `${name}_count`]),
]);
// Ray Serve puts `ray_` before the names; its newer versions write `_` for the colon.
const PREFIX = /^(?:vllm:|ray_vllm[:_])/;

/** The name without prefix and `_total`, or null for a series that is not read. */
export function canonicalVllmName(name: string): string | null {
  const prefix = PREFIX.exec(name)?.[0];
  if (prefix === undefined) return null;
  const bare = name.slice(prefix.length).replace(/_total$/, '');
  return WANTED.has(bare) ? bare : null;
}

export function isReadFromVllmPage(name: string): boolean {
  return name === SIMULATED_SERIES || name === PROCESS_START_SERIES || canonicalVllmName(name) !== null;
}

const OTHER_PAGES: readonly (readonly [RegExp, string])[] = [
  [/^(?:# TYPE )?sglang[:_]/m, 'an SGLang page, which this version does not read'],
  [/^(?:# TYPE )?DCGM_FI_/m, 'a dcgm-exporter page'],
  [/^(?:# TYPE )?lmcache[:_]/m, 'an LMCache page'],
  [/^(?:# TYPE )?node_(?:cpu|memory|load)/m, 'a node_exporter page'],
  [/^\s*<(?:!doctype|html)/i, 'an HTML page'],
];

/** What a page is that has none of vLLM's series. */
export function describeForeignPage(text: string): string {
  return OTHER_PAGES.find(([pattern]) => pattern.test(text))?.[1] ?? 'a page without any vLLM metrics';
}
