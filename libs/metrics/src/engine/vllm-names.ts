import { canonicalNameOf, type EngineNames, type SeriesLabels } from './engine-names.js';

const finishedBy =
  (reason: string) =>
  (labels: SeriesLabels): boolean =>
    labels['finished_reason'] === reason;

/** vLLM, V0 and V1. */
export const VLLM_NAMES: EngineNames = {
  kind: 'vllm',
  // Ray Serve puts `ray_` before the names; its newer versions write `_` for the colon.
  prefix: /^(?:vllm:|ray_vllm[:_])/,
  // Of the HTTP server in front of the engine.
  unprefixed: { http_requests_total: 'http_requests', http_requests: 'http_requests' },
  gauges: {
    requestsRunning: ['num_requests_running'],
    requestsWaiting: ['num_requests_waiting'],
    waitingByReason: ['num_requests_waiting_by_reason'],
    // `gpu_cache_usage_perc`: V0, and V1 up to 0.9.
    kvCacheUsage: ['kv_cache_usage_perc', 'gpu_cache_usage_perc'],
    // V0 only: a ratio instead of two counters, −1 before the first query.
    prefixCacheHitRate: ['gpu_prefix_cache_hit_rate'],
    // Not published by any version: it stands on the command line.
    maxNumSeqs: [],
    sleepState: ['engine_sleep_state'],
    lora: ['lora_requests_info'],
    cacheConfig: ['cache_config_info'],
  },
  counters: {
    preemptions: { names: ['num_preemptions'] },
    promptTokens: { names: ['prompt_tokens'] },
    generationTokens: { names: ['generation_tokens'] },
    // Every finished request, whatever it finished by.
    requestsSucceeded: { names: ['request_success'] },
    // `gpu_…`: V1 up to 0.9.
    prefixCacheQueries: { names: ['prefix_cache_queries', 'gpu_prefix_cache_queries'] },
    prefixCacheHits: { names: ['prefix_cache_hits', 'gpu_prefix_cache_hits'] },
    externalCacheQueries: { names: ['external_prefix_cache_queries'] },
    externalCacheHits: { names: ['external_prefix_cache_hits'] },
    requestsErrored: { names: ['request_success'], where: finishedBy('error') },
    requestsAborted: { names: ['request_success'], where: finishedBy('abort') },
    httpRequests: { names: ['http_requests'] },
    // `5xx`, or the status itself where grouping is off.
    httpServerErrors: {
      names: ['http_requests'],
      where: (labels) => /^5(?:\d\d|xx)$/i.test(labels['status'] ?? ''),
      completeBy: 'status',
    },
    admissionRejections: { names: ['admission_rejections'] },
    draftTokens: { names: ['spec_decode_num_draft_tokens'] },
    acceptedDraftTokens: { names: ['spec_decode_num_accepted_tokens'] },
  },
  histograms: {
    ttft: ['time_to_first_token_seconds'],
    // `time_per_output_token_seconds`: until 0.10.
    interTokenLatency: ['inter_token_latency_seconds', 'time_per_output_token_seconds'],
    // `time_in_queue_requests`: V0.
    queueTime: ['request_queue_time_seconds', 'time_in_queue_requests'],
    prefillTime: ['request_prefill_time_seconds'],
    decodeTime: ['request_decode_time_seconds'],
    // A histogram in spite of its suffix.
    iterationTokens: ['iteration_tokens_total'],
    promptTokens: ['request_prompt_tokens'],
    generationTokens: ['request_generation_tokens'],
    endToEnd: ['e2e_request_latency_seconds'],
  },
};

export const canonicalVllmName = canonicalNameOf(VLLM_NAMES);
