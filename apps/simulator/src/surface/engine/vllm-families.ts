import type { EngineView, HistogramView } from '../../machine/machine-view.js';
import { type Family, gauge, type Labels, pythonCounter, pythonHistogram } from '../prometheus/families.js';

/** Names, order and HELP texts of a vLLM V1 engine of September 2026. Whatever is counted began with the process. */
export function vllmFamilies(engine: EngineView): Family[] {
  const labels = { engine: '0', model_name: engine.model };
  const page = new EnginePage(labels, engine.startedAtMs / 1000);
  flopsFamilies(page);
  loadFamilies(page, engine);
  cacheFamilies(page, engine);
  tokenFamilies(page, engine);
  sizeFamilies(page, engine);
  timeFamilies(page, engine);
  return [...page.families, cacheConfigFamily(engine)];
}

type Values = readonly (readonly [own: Labels, value: number])[];

class EnginePage {
  readonly families: Family[] = [];

  constructor(
    private readonly labels: Labels,
    private readonly startSeconds: number,
  ) {}

  gauge(name: string, help: string, values: Values): void {
    this.families.push(
      gauge(
        `vllm:${name}`,
        help,
        values.map(([own, value]) => ['', this.labelled(own), value]),
      ),
    );
  }

  counter(name: string, help: string, values: Values | number): void {
    const given: Values = typeof values === 'number' ? [[{}, values]] : values;
    const labelled = given.map(([own, value]) => [this.labelled(own), value] as const);
    this.families.push(...pythonCounter(`vllm:${name}`, help, labelled, this.startSeconds));
  }

  histogram(name: string, help: string, histogram: HistogramView): void {
    this.families.push(...pythonHistogram(`vllm:${name}`, help, this.labels, histogram, this.startSeconds));
  }

  /** prometheus_client of vLLM writes labels in the order of the alphabet. */
  private labelled(own: Labels): Labels {
    return Object.fromEntries(Object.entries({ ...this.labels, ...own }).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** Stand at 0 unless MFU metrics are on. */
function flopsFamilies(page: EnginePage): void {
  const purpose = '(for Model Flops Utilization calculations)';
  page.counter('estimated_flops_per_gpu', `Estimated number of floating point operations per GPU ${purpose}.`, 0);
  page.counter('estimated_read_bytes_per_gpu', `Estimated number of bytes read from memory per GPU ${purpose}.`, 0);
  page.counter('estimated_write_bytes_per_gpu', `Estimated number of bytes written to memory per GPU ${purpose}.`, 0);
}

function loadFamilies(page: EnginePage, { running, waiting, sleepLevel, kvUsageRatio }: EngineView): void {
  page.gauge('num_requests_running', 'Number of requests in model execution batches.', [[{}, running]]);
  page.gauge('num_requests_waiting', 'Number of requests waiting to be processed.', [[{}, waiting]]);
  page.gauge(
    'num_requests_waiting_by_reason',
    "Number of waiting requests by reason. Reason labels: 'capacity' = waiting for scheduling capacity; 'deferred' = deferred by transient constraints (LoRA budget, KV transfer, blocked status). Sum of all reasons equals vllm:num_requests_waiting.",
    [
      [{ reason: 'capacity' }, waiting],
      [{ reason: 'deferred' }, 0],
    ],
  );
  page.gauge(
    'engine_sleep_state',
    'Engine sleep state; awake = 0 means engine is sleeping; awake = 1 means engine is awake; weights_offloaded = 1 means sleep level 1; discard_all = 1 means sleep level 2.',
    [
      [{ sleep_state: 'awake' }, Number(sleepLevel === 0)],
      [{ sleep_state: 'weights_offloaded' }, Number(sleepLevel === 1)],
      [{ sleep_state: 'discard_all' }, Number(sleepLevel === 2)],
    ],
  );
  page.gauge('kv_cache_usage_perc', 'KV-cache usage. 1 means 100 percent usage.', [[{}, kvUsageRatio]]);
}

function cacheFamilies(page: EnginePage, { counters }: EngineView): void {
  const queried = 'queries, in terms of number of queried tokens.';
  const hit = 'hits, in terms of number of cached tokens.';
  page.counter('prefix_cache_queries', `Prefix cache ${queried}`, counters.prefixCacheQueries);
  page.counter('prefix_cache_hits', `Prefix cache ${hit}`, counters.prefixCacheHits);
  page.counter(
    'external_prefix_cache_queries',
    'External prefix cache queries from KV connector cross-instance cache sharing, in terms of number of queried tokens.',
    counters.externalCacheQueries,
  );
  page.counter(
    'external_prefix_cache_hits',
    'External prefix cache hits from KV connector cross-instance cache sharing, in terms of number of cached tokens.',
    counters.externalCacheHits,
  );
  page.counter('mm_cache_queries', 'Multi-modal cache queries, in terms of number of queried items.', 0);
  page.counter('mm_cache_hits', 'Multi-modal cache hits, in terms of number of cached items.', 0);
}

function tokenFamilies(page: EnginePage, { counters }: EngineView): void {
  const { promptTokens, promptTokensFromLocalCache: local, promptTokensFromExternalCache: external } = counters;
  page.counter('num_preemptions', 'Cumulative number of preemption from the engine.', counters.preemptions);
  page.counter('prompt_tokens', 'Number of prefill tokens processed.', promptTokens);
  page.counter('prompt_tokens_by_source', 'Number of prompt tokens by source.', [
    [{ source: 'local_compute' }, Math.max(0, promptTokens - local - external)],
    [{ source: 'local_cache_hit' }, local],
    [{ source: 'external_kv_transfer' }, external],
  ]);
  page.counter('prompt_tokens_cached', 'Number of cached prompt tokens (local + external).', local + external);
  page.counter('generation_tokens', 'Number of generation tokens processed.', counters.generationTokens);
  page.counter('request_success', 'Count of successfully processed requests.', [
    [{ finished_reason: 'stop' }, counters.stopped],
    [{ finished_reason: 'length' }, counters.cutByLength],
    [{ finished_reason: 'abort' }, counters.aborted],
    [{ finished_reason: 'error' }, counters.errored],
    [{ finished_reason: 'repetition' }, 0],
  ]);
}

function sizeFamilies(page: EnginePage, { histograms }: EngineView): void {
  const asked = histograms.requestGenerationTokens;
  page.histogram('request_prompt_tokens', 'Number of prefill tokens processed.', histograms.requestPromptTokens);
  page.histogram('request_generation_tokens', 'Number of generation tokens processed.', asked);
  page.histogram(
    'iteration_tokens_total',
    'Histogram of number of tokens per engine_step.',
    histograms.iterationTokens,
  );
  // The clients of the simulation ask for one answer, of the length that they get.
  page.histogram(
    'request_max_num_generation_tokens',
    'Histogram of maximum number of requested generation tokens.',
    asked,
  );
  page.histogram('request_params_n', 'Histogram of the n request parameter.', onlyOnes(asked.count));
  page.histogram('request_params_max_tokens', 'Histogram of the max_tokens request parameter.', asked);
}

function timeFamilies(page: EnginePage, { histograms }: EngineView): void {
  const spent = (phase: string): string => `Histogram of time spent in ${phase} phase for request.`;
  page.histogram('time_to_first_token_seconds', 'Histogram of time to first token in seconds.', histograms.ttft);
  page.histogram(
    'inter_token_latency_seconds',
    'Histogram of inter-token latency in seconds.',
    histograms.interTokenLatency,
  );
  page.histogram(
    'request_time_per_output_token_seconds',
    'Histogram of time_per_output_token_seconds per request.',
    histograms.timePerOutputToken,
  );
  page.histogram('e2e_request_latency_seconds', 'Histogram of e2e request latency in seconds.', histograms.endToEnd);
  page.histogram('request_queue_time_seconds', spent('WAITING'), histograms.queueTime);
  page.histogram('request_inference_time_seconds', spent('RUNNING'), histograms.inferenceTime);
  page.histogram('request_prefill_time_seconds', spent('PREFILL'), histograms.prefillTime);
  page.histogram('request_decode_time_seconds', spent('DECODE'), histograms.decodeTime);
  page.histogram(
    'request_prefill_kv_computed_tokens',
    'Histogram of new KV tokens computed during prefill (excluding cached tokens).',
    histograms.prefillComputedTokens,
  );
}

function onlyOnes(count: number): HistogramView {
  const bounds = [1, 2, 5, 10, 20];
  return { bounds, counts: bounds.map(() => count), sum: count, count };
}

/** The one family without the name of the model. */
function cacheConfigFamily(engine: EngineView): Family {
  const labels = Object.entries({ ...cacheConfig(engine), engine: '0' }).sort(([a], [b]) => (a < b ? -1 : 1));
  const row = ['', Object.fromEntries(labels), 1] as const;
  return gauge('vllm:cache_config_info', 'Information of the LLMEngine CacheConfig', [row]);
}

/** vLLM writes Python's words for everything that it was not told. */
function cacheConfig({ blockSize, totalBlocks, gpuMemoryUtilization, maxModelLen }: EngineView): Labels {
  const unset = ['kv_cache_layout', 'kv_cache_memory_bytes', 'kv_offloading_size', 'mamba_block_size'];
  const off = ['is_attention_free', 'kv_sharing_fast_prefill', 'use_kda_recoverssm', 'use_replayssm'];
  return {
    ...Object.fromEntries(unset.map((name) => [name, 'None'])),
    ...Object.fromEntries(off.map((name) => [name, 'False'])),
    ...Object.fromEntries(
      [
        'num_cpu_blocks',
        'num_gpu_blocks_override',
        'mamba_page_size_padded',
        'sliding_window',
        'prefix_match_unit',
      ].map((name) => [name, 'None']),
    ),
    _block_size_resolved: 'True',
    block_size: String(blockSize),
    cache_dtype: 'auto',
    enable_prefix_caching: 'True',
    gpu_memory_utilization: String(gpuMemoryUtilization),
    kv_cache_dtype_skip_layers: '[]',
    kv_cache_max_concurrency: String((totalBlocks * blockSize) / maxModelLen),
    kv_cache_size_tokens: String(totalBlocks * blockSize),
    kv_offloading_backend: 'native',
    mamba_cache_dtype: 'auto',
    mamba_cache_mode: 'none',
    mamba_ssm_cache_dtype: 'auto',
    num_gpu_blocks: String(totalBlocks),
    prefix_cache_retention_interval: '0',
    prefix_caching_hash_algo: 'sha256',
    replayssm_buffer_len: '16',
    skip_page_size_padded: 'None',
    user_specified_block_size: 'False',
    user_specified_mamba_block_size: 'False',
  };
}
