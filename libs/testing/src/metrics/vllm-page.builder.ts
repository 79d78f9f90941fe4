import {
  counter,
  type Family,
  gauge,
  histogram,
  type Labels,
  linesOf,
  type Observations,
} from './engine-page-lines.js';
import { asWrittenBy, type VllmEra } from './vllm-eras.js';

export type { Observations } from './engine-page-lines.js';

const LATENCY_BOUNDS = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680];
const TTFT_BOUNDS = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
];
const INTER_TOKEN_BOUNDS = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
];
const ITERATION_BOUNDS = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384];
const REQUEST_TOKEN_BOUNDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

export interface VllmEngineValues {
  /** Label `engine`. */
  readonly engine?: string;
  readonly model?: string;
  readonly running?: number;
  readonly waiting?: number;
  readonly waitingCapacity?: number;
  readonly waitingDeferred?: number;
  readonly kvCacheUsage?: number;
  readonly sleepState?: 'awake' | 'weights_offloaded' | 'discard_all';
  readonly preemptions?: number;
  readonly promptTokens?: number;
  readonly generationTokens?: number;
  /** Requests finished by `stop`. */
  readonly succeeded?: number;
  readonly errored?: number;
  readonly aborted?: number;
  readonly prefixCacheQueries?: number;
  readonly prefixCacheHits?: number;
  readonly externalCacheQueries?: number;
  readonly externalCacheHits?: number;
  /** Rejections by reason; the family is left out without them. */
  readonly admissionRejections?: Readonly<Record<string, number>>;
  /** Speculative decoding; left out without it. */
  readonly draftTokens?: number;
  readonly acceptedDraftTokens?: number;
  readonly config?: Readonly<Record<string, string>>;
  readonly ttft?: Observations;
  readonly interTokenLatency?: Observations;
  readonly queueTime?: Observations;
  readonly prefillTime?: Observations;
  readonly decodeTime?: Observations;
  readonly iterationTokens?: Observations;
  readonly requestPromptTokens?: Observations;
  readonly requestGenerationTokens?: Observations;
  readonly endToEnd?: Observations;
}

/** Adapters at one time: the series is never removed, a change adds another one. */
export interface VllmLoraValues {
  readonly atSeconds: number;
  readonly running?: readonly string[];
  readonly waiting?: readonly string[];
  readonly max?: number;
}

export interface VllmPageValues extends VllmEngineValues {
  /** Several engines on one page; the other values are their defaults. */
  readonly engines?: readonly VllmEngineValues[];
  readonly lora?: readonly VllmLoraValues[];
  /** Answered requests by status, e.g. `2xx`. */
  readonly http?: Readonly<Record<string, number>>;
  readonly simulated?: boolean;
  /** Null: a page without it, as with several API servers. */
  readonly processStartSeconds?: number | null;
  /** Version whose names the page has; the newest without it. */
  readonly era?: VllmEra;
  /** Ray Serve writes others. */
  readonly prefix?: 'vllm:' | 'ray_vllm:' | 'ray_vllm_';
}

/** The `/metrics` page of a vLLM server, idle unless told otherwise. */
export function aVllmPage(values: VllmPageValues = {}): string {
  const { engines, lora, http, simulated, processStartSeconds, era, prefix, ...defaults } = values;
  const each = (engines ?? [{}]).map((engine, index) => ({ engine: String(index), ...defaults, ...engine }));
  const families = [...gauges(each), ...counters(each), ...histograms(each), ...configs(each), ...loras(lora ?? [])];
  const start = processStartSeconds === undefined ? 1_789_434_996.2 : processStartSeconds;
  const lines = [
    ...(start === null ? [] : linesOf(gauge('process_start_time_seconds', [[{}, start]]), '')),
    ...asWrittenBy(era ?? 'v1', families).flatMap((family) => linesOf(family, prefix ?? 'vllm:')),
    ...(http === undefined ? [] : linesOf(httpRequests(http), '')),
    ...(simulated === true ? linesOf(gauge('simulated_source_info', [[{}, 1]]), '') : []),
  ];
  return `${lines.join('\n')}\n`;
}

type Engines = readonly VllmEngineValues[];
type Read<T> = (engine: VllmEngineValues) => T | undefined;

function gauges(engines: Engines): Family[] {
  const perEngine = (name: string, read: Read<number>): Family =>
    gauge(
      name,
      engines.map((engine) => [labelsOf(engine), read(engine) ?? 0]),
    );
  return [
    perEngine('num_requests_running', ({ running }) => running),
    perEngine('num_requests_waiting', ({ waiting }) => waiting),
    gauge(
      'num_requests_waiting_by_reason',
      engines.flatMap((engine) => [
        [{ ...labelsOf(engine), reason: 'capacity' }, engine.waitingCapacity ?? engine.waiting ?? 0],
        [{ ...labelsOf(engine), reason: 'deferred' }, engine.waitingDeferred ?? 0],
      ]),
    ),
    perEngine('kv_cache_usage_perc', ({ kvCacheUsage }) => kvCacheUsage),
    gauge(
      'engine_sleep_state',
      engines.flatMap((engine) =>
        ['awake', 'weights_offloaded', 'discard_all'].map((state) => [
          { ...labelsOf(engine), sleep_state: state },
          state === (engine.sleepState ?? 'awake') ? 1 : 0,
        ]),
      ),
    ),
  ];
}

function counters(engines: Engines): Family[] {
  const perEngine = (name: string, read: Read<number>): Family =>
    counter(
      name,
      engines.map((engine) => [labelsOf(engine), read(engine) ?? 0]),
    );
  const isSpeculating = engines.some(({ draftTokens }) => draftTokens !== undefined);
  return [
    perEngine('prefix_cache_queries', (engine) => engine.prefixCacheQueries),
    perEngine('prefix_cache_hits', (engine) => engine.prefixCacheHits),
    perEngine('external_prefix_cache_queries', (engine) => engine.externalCacheQueries),
    perEngine('external_prefix_cache_hits', (engine) => engine.externalCacheHits),
    perEngine('num_preemptions', (engine) => engine.preemptions),
    perEngine('prompt_tokens', (engine) => engine.promptTokens),
    perEngine('generation_tokens', (engine) => engine.generationTokens),
    ...(isSpeculating
      ? [
          perEngine('spec_decode_num_draft_tokens', (engine) => engine.draftTokens),
          perEngine('spec_decode_num_accepted_tokens', (engine) => engine.acceptedDraftTokens),
        ]
      : []),
    ...labelledCounters(engines),
  ];
}

function labelledCounters(engines: Engines): Family[] {
  const rejections = engines.flatMap((engine) =>
    Object.entries(engine.admissionRejections ?? {}).map(
      ([reason, count]) => [{ ...labelsOf(engine), reason }, count] as const,
    ),
  );
  return [
    counter(
      'request_success',
      engines.flatMap((engine) => {
        const finished = { stop: engine.succeeded, length: 0, abort: engine.aborted, error: engine.errored };
        return Object.entries(finished).map(
          ([reason, count]) => [{ ...labelsOf(engine), finished_reason: reason }, count ?? 0] as const,
        );
      }),
    ),
    ...(rejections.length > 0 ? [counter('admission_rejections', rejections)] : []),
  ];
}

function histograms(engines: Engines): Family[] {
  const perEngine = (name: string, bounds: readonly number[], read: Read<Observations>): Family =>
    histogram(
      name,
      bounds,
      engines.map((engine) => [labelsOf(engine), read(engine) ?? []]),
    );
  return [
    perEngine('request_prompt_tokens', REQUEST_TOKEN_BOUNDS, (engine) => engine.requestPromptTokens),
    perEngine('request_generation_tokens', REQUEST_TOKEN_BOUNDS, (engine) => engine.requestGenerationTokens),
    // Its name ends in `_total` although it is a histogram.
    perEngine('iteration_tokens_total', ITERATION_BOUNDS, (engine) => engine.iterationTokens),
    perEngine('time_to_first_token_seconds', TTFT_BOUNDS, ({ ttft }) => ttft),
    perEngine('inter_token_latency_seconds', INTER_TOKEN_BOUNDS, (engine) => engine.interTokenLatency),
    perEngine('e2e_request_latency_seconds', LATENCY_BOUNDS, ({ endToEnd }) => endToEnd),
    perEngine('request_queue_time_seconds', LATENCY_BOUNDS, ({ queueTime }) => queueTime),
    perEngine('request_prefill_time_seconds', LATENCY_BOUNDS, ({ prefillTime }) => prefillTime),
    perEngine('request_decode_time_seconds', LATENCY_BOUNDS, ({ decodeTime }) => decodeTime),
  ];
}

function configs(engines: Engines): Family[] {
  const defaults = { block_size: '16', cache_dtype: 'auto', num_gpu_blocks: '27000', sliding_window: 'None' };
  return [
    gauge(
      'cache_config_info',
      engines.map((engine) => [{ ...defaults, engine: engine.engine ?? '0', ...engine.config }, 1]),
    ),
  ];
}

function loras(changes: readonly VllmLoraValues[]): Family[] {
  if (changes.length === 0) return [];
  const labels = ({ max, running, waiting }: VllmLoraValues): Labels => ({
    max_lora: String(max ?? 4),
    running_lora_adapters: (running ?? []).join(','),
    waiting_lora_adapters: (waiting ?? []).join(','),
  });
  return [
    gauge(
      'lora_requests_info',
      changes.map((change) => [labels(change), change.atSeconds]),
    ),
  ];
}

function httpRequests(byStatus: Readonly<Record<string, number>>): Family {
  return counter(
    'http_requests',
    Object.entries(byStatus).map(([status, count]) => [
      { handler: '/v1/chat/completions', method: 'POST', status },
      count,
    ]),
  );
}

function labelsOf(engine: VllmEngineValues): Labels {
  return { engine: engine.engine ?? '0', model_name: engine.model ?? 'meta-llama/Llama-3.1-8B-Instruct' };
}
