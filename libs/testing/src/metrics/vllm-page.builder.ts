const LATENCY_BOUNDS = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680];
const BOUNDS = {
  time_to_first_token_seconds: [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
  ],
  inter_token_latency_seconds: [
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
  ],
  request_queue_time_seconds: LATENCY_BOUNDS,
  request_prefill_time_seconds: LATENCY_BOUNDS,
  e2e_request_latency_seconds: LATENCY_BOUNDS,
} as const;

/** How many observations of which length since the engine started. */
export type Observations = readonly (readonly [seconds: number, times: number])[];

export interface VllmEngineValues {
  /** Label `engine`. */
  readonly engine?: string;
  readonly model?: string;
  readonly running?: number;
  readonly waiting?: number;
  readonly waitingCapacity?: number;
  readonly waitingDeferred?: number;
  readonly kvCacheUsage?: number;
  readonly preemptions?: number;
  readonly promptTokens?: number;
  readonly generationTokens?: number;
  readonly succeeded?: number;
  readonly prefixCacheQueries?: number;
  readonly prefixCacheHits?: number;
  readonly config?: Readonly<Record<string, string>>;
  readonly ttft?: Observations;
  readonly interTokenLatency?: Observations;
  readonly queueTime?: Observations;
  readonly prefillTime?: Observations;
  readonly endToEnd?: Observations;
}

export interface VllmPageValues extends VllmEngineValues {
  /** Several engines on one page; the other values are their defaults. */
  readonly engines?: readonly VllmEngineValues[];
  readonly simulated?: boolean;
  readonly processStartSeconds?: number;
}

/** The `/metrics` page of a vLLM V1 server, idle unless told otherwise. */
export function aVllmPage(values: VllmPageValues = {}): string {
  const { engines, simulated, processStartSeconds, ...defaults } = values;
  const each = (engines ?? [{}]).map((engine, index) => ({ engine: String(index), ...defaults, ...engine }));
  const lines = [
    '# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.',
    '# TYPE process_start_time_seconds gauge',
    `process_start_time_seconds ${processStartSeconds ?? 1_789_434_996.2}`,
    ...gauges(each),
    ...counters(each),
    ...histograms(each),
    ...configs(each),
    ...(simulated === true ? ['# TYPE simulated_source_info gauge', 'simulated_source_info 1'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

type LabelledValue = readonly [labels: Readonly<Record<string, string>>, value: number];

function gauges(engines: readonly VllmEngineValues[]): string[] {
  const perEngine = (read: (engine: VllmEngineValues) => number): LabelledValue[] =>
    engines.map((engine) => [labelsOf(engine), read(engine)]);
  return [
    ...family(
      'num_requests_running',
      'gauge',
      perEngine(({ running }) => running ?? 0),
    ),
    ...family(
      'num_requests_waiting',
      'gauge',
      perEngine(({ waiting }) => waiting ?? 0),
    ),
    ...family(
      'num_requests_waiting_by_reason',
      'gauge',
      engines.flatMap((engine): LabelledValue[] => [
        [{ ...labelsOf(engine), reason: 'capacity' }, engine.waitingCapacity ?? engine.waiting ?? 0],
        [{ ...labelsOf(engine), reason: 'deferred' }, engine.waitingDeferred ?? 0],
      ]),
    ),
    ...family(
      'kv_cache_usage_perc',
      'gauge',
      perEngine(({ kvCacheUsage }) => kvCacheUsage ?? 0),
    ),
  ];
}

function counters(engines: readonly VllmEngineValues[]): string[] {
  const counter = (name: string, read: (engine: VllmEngineValues) => number | undefined): string[] =>
    family(
      name,
      'counter',
      engines.map((engine): LabelledValue => [labelsOf(engine), read(engine) ?? 0]),
      '_total',
    );
  return [
    ...counter('prefix_cache_queries', (engine) => engine.prefixCacheQueries),
    ...counter('prefix_cache_hits', (engine) => engine.prefixCacheHits),
    ...counter('num_preemptions', (engine) => engine.preemptions),
    ...counter('prompt_tokens', (engine) => engine.promptTokens),
    ...counter('generation_tokens', (engine) => engine.generationTokens),
    ...family(
      'request_success',
      'counter',
      engines.flatMap((engine): LabelledValue[] => [
        [{ ...labelsOf(engine), finished_reason: 'stop' }, engine.succeeded ?? 0],
        [{ ...labelsOf(engine), finished_reason: 'length' }, 0],
      ]),
      '_total',
    ),
  ];
}

function histograms(engines: readonly VllmEngineValues[]): string[] {
  const histogram = (
    name: keyof typeof BOUNDS,
    read: (engine: VllmEngineValues) => Observations | undefined,
  ): string[] => [
    ...heading(name, 'histogram'),
    ...engines.flatMap((engine) => histogramLines(name, labelsOf(engine), read(engine) ?? [])),
  ];
  return [
    ...histogram('time_to_first_token_seconds', ({ ttft }) => ttft),
    ...histogram('inter_token_latency_seconds', ({ interTokenLatency }) => interTokenLatency),
    ...histogram('e2e_request_latency_seconds', ({ endToEnd }) => endToEnd),
    ...histogram('request_queue_time_seconds', ({ queueTime }) => queueTime),
    ...histogram('request_prefill_time_seconds', ({ prefillTime }) => prefillTime),
  ];
}

function histogramLines(
  name: keyof typeof BOUNDS,
  labels: Readonly<Record<string, string>>,
  observations: Observations,
): string[] {
  const upTo = (bound: number): number =>
    observations.reduce((count, [seconds, times]) => (seconds <= bound ? count + times : count), 0);
  const total = upTo(Number.POSITIVE_INFINITY);
  const sum = observations.reduce((seconds, [each, times]) => seconds + each * times, 0);
  const bound = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));
  return [
    ...BOUNDS[name].map((value) => line(`${name}_bucket`, { ...labels, le: bound(value) }, upTo(value))),
    line(`${name}_bucket`, { ...labels, le: '+Inf' }, total),
    line(`${name}_count`, labels, total),
    line(`${name}_sum`, labels, sum),
  ];
}

function configs(engines: readonly VllmEngineValues[]): string[] {
  const defaults = { block_size: '16', cache_dtype: 'auto', num_gpu_blocks: '27000', sliding_window: 'None' };
  return family(
    'cache_config_info',
    'gauge',
    engines.map((engine) => [{ ...defaults, engine: engine.engine ?? '0', ...engine.config }, 1]),
  );
}

function labelsOf(engine: VllmEngineValues): Record<string, string> {
  return { engine: engine.engine ?? '0', model_name: engine.model ?? 'meta-llama/Llama-3.1-8B-Instruct' };
}

function family(name: string, type: string, values: readonly LabelledValue[], suffix = ''): string[] {
  return [...heading(`${name}${suffix}`, type), ...values.map(([labels, value]) => line(name + suffix, labels, value))];
}

function heading(name: string, type: string): string[] {
  return [`# HELP vllm:${name} As vLLM describes it.`, `# TYPE vllm:${name} ${type}`];
}

function line(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const escaped = (text: string): string => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `vllm:${name}{${pairs.join(',')}} ${Number.isInteger(value) ? value.toFixed(1) : value}`;
}
