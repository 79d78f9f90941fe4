import { canonicalNameOf, type EngineNames, type SeriesLabels } from './engine-names.js';

const cachedIn =
  (pattern: RegExp) =>
  (labels: SeriesLabels): boolean =>
    pattern.test(labels['cache_source'] ?? 'total');

/** SGLang. */
export const SGLANG_NAMES: EngineNames = {
  kind: 'sglang',
  prefix: /^sglang[:_]/,
  unprefixed: {},
  gauges: {
    // `num_requests_…`: before 0.4.
    requestsRunning: ['num_running_reqs', 'num_requests_running'],
    requestsWaiting: ['num_queue_reqs', 'num_requests_waiting'],
    waitingByReason: [],
    kvCacheUsage: ['token_usage'],
    // Of the last batches, not of an interval.
    prefixCacheHitRate: ['cache_hit_rate'],
    // Only early versions publish it; `max_running_requests_under_SLO` is something else.
    maxNumSeqs: ['max_running_requests'],
    sleepState: [],
    lora: [],
    cacheConfig: ['cache_config_info'],
  },
  counters: {
    // `num_retracted_reqs` is a gauge; `total_retracted_reqs` one that only rises.
    preemptions: { names: ['num_retracted_requests', 'total_retracted_reqs'] },
    promptTokens: { names: ['prompt_tokens'] },
    generationTokens: { names: ['generation_tokens'] },
    requestsSucceeded: { names: ['num_requests'] },
    // Each prompt token is looked up.
    prefixCacheQueries: { names: ['prompt_tokens'] },
    // GPU and host memory are tiers of its own cache; `total` is written where the tiers are not told apart.
    prefixCacheHits: { names: ['cached_tokens'], where: cachedIn(/^(?:device|host|total)$/) },
    externalCacheQueries: { names: [] },
    externalCacheHits: { names: ['cached_tokens'], where: cachedIn(/^storage/) },
    requestsErrored: { names: [] },
    requestsAborted: { names: ['num_aborted_requests'] },
    // What was answered, which is what the errors are a share of; older versions count the asking only.
    httpRequests: { names: ['http_responses', 'http_requests'] },
    httpServerErrors: {
      names: ['http_responses'],
      where: (labels) => /^5\d\d$/.test(labels['status_code'] ?? ''),
      completeBy: 'status_code',
    },
    admissionRejections: { names: [] },
    draftTokens: { names: [] },
    acceptedDraftTokens: { names: [] },
  },
  histograms: {
    ttft: ['time_to_first_token_seconds'],
    interTokenLatency: ['inter_token_latency_seconds', 'time_per_output_token_seconds'],
    queueTime: ['queue_time_seconds', 'queue_time_s'],
    prefillTime: [],
    decodeTime: [],
    iterationTokens: [],
    promptTokens: ['prompt_tokens_histogram'],
    generationTokens: ['generation_tokens_histogram'],
    endToEnd: ['e2e_request_latency_seconds'],
  },
};

export const canonicalSglangName = canonicalNameOf(SGLANG_NAMES);
