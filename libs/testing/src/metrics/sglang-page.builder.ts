import {
  counter,
  type Family,
  gauge,
  histogram,
  type Labels,
  linesOf,
  type Observations,
} from './engine-page-lines.js';

const TTFT_BOUNDS = [0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 20, 40, 60, 80, 100, 200, 400];
const INTER_TOKEN_BOUNDS = [0.002, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2];
const QUEUE_BOUNDS = [0, 0.1, 0.2, 0.5, 1, 2, 3, 4, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 100];
const TOKEN_BOUNDS = [100, 300, 500, 700, 1000, 1500, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000];

/** What one scheduler says. */
export interface SglangSchedulerValues {
  readonly running?: number;
  readonly queued?: number;
  readonly tokenUsage?: number;
  readonly cacheHitRate?: number;
  /** Retracted requests since the start. */
  readonly retracted?: number;
  readonly queueTime?: Observations;
}

export interface SglangPageValues extends SglangSchedulerValues {
  readonly model?: string;
  /** Tensor-parallel ranks that publish their series, each with the same values. */
  readonly tpRanks?: number;
  /** Schedulers of data-parallel ranks; the other values are their defaults. */
  readonly dpRanks?: readonly SglangSchedulerValues[];
  /** Queue gauges by priority besides those for all. */
  readonly byPriority?: Readonly<Record<string, number>>;
  readonly promptTokens?: number;
  readonly generationTokens?: number;
  /** Cached prompt tokens by source; one number where the tiers are not told apart. */
  readonly cachedTokens?: number | Readonly<Record<string, number>>;
  readonly requests?: number;
  readonly aborted?: number;
  /** Answers by status code. */
  readonly http?: Readonly<Record<string, number>>;
  readonly ttft?: Observations;
  readonly interTokenLatency?: Observations;
  readonly endToEnd?: Observations;
  readonly requestPromptTokens?: Observations;
  readonly requestGenerationTokens?: Observations;
  /** Published by early versions only. */
  readonly maxRunningRequests?: number;
  readonly simulated?: boolean;
  readonly processStartSeconds?: number;
  readonly prefix?: 'sglang:' | 'sglang_';
}

/** The `/metrics` page of an SGLang server, idle unless told otherwise. */
export function anSglangPage(values: SglangPageValues = {}): string {
  const families = [...schedulers(values), ...tokenizer(values)];
  const { simulated, processStartSeconds, prefix } = values;
  const lines = [
    ...families.flatMap((family) => linesOf(sumFirst(family), prefix ?? 'sglang:')),
    // Pages that several processes write together have no start of a process.
    ...(processStartSeconds === undefined
      ? []
      : linesOf(gauge('process_start_time_seconds', [[{}, processStartSeconds]]), '')),
    ...(simulated === true ? linesOf(gauge('simulated_source_info', [[{}, 1]]), '') : []),
  ];
  return `${lines.join('\n')}\n`;
}

interface Scheduler {
  readonly labels: Labels;
  readonly values: SglangSchedulerValues;
}

function schedulers(page: SglangPageValues): Family[] {
  const each = schedulersOf(page);
  const perScheduler = (name: string, read: (values: SglangSchedulerValues) => number | undefined): Family =>
    gauge(
      name,
      each.map(({ labels, values }) => [labels, read(values) ?? 0]),
    );
  const queued = perScheduler('num_queue_reqs', (values) => values.queued);
  const { byPriority, maxRunningRequests: max } = page;
  return [
    perScheduler('num_running_reqs', ({ running }) => running),
    byPriority === undefined ? queued : withPriorities(queued, byPriority),
    perScheduler('token_usage', ({ tokenUsage }) => tokenUsage),
    perScheduler('cache_hit_rate', ({ cacheHitRate }) => cacheHitRate),
    // What is retracted now, which is no counter.
    perScheduler('num_retracted_reqs', () => 0),
    counter(
      'num_retracted_requests',
      each.map(({ labels, values }) => [labels, values.retracted ?? 0]),
    ),
    ...(max === undefined ? [] : [perScheduler('max_running_requests', () => max)]),
    histogram(
      'queue_time_seconds',
      QUEUE_BOUNDS,
      each.map(({ labels, values }) => [labels, values.queueTime ?? []]),
    ),
  ];
}

function schedulersOf(page: SglangPageValues): Scheduler[] {
  const { dpRanks, tpRanks } = page;
  return (dpRanks ?? [{}]).flatMap((rank, dp) =>
    Array.from({ length: tpRanks ?? 1 }, (_, tp): Scheduler => ({
      labels: {
        ...tokenizerLabels(page),
        engine_type: 'unified',
        tp_rank: String(tp),
        pp_rank: '0',
        ...(dpRanks === undefined ? {} : { dp_rank: String(dp) }),
      },
      values: { ...page, ...rank },
    })),
  );
}

function withPriorities(family: Family, byPriority: Readonly<Record<string, number>>): Family {
  return {
    ...family,
    rows: family.rows.flatMap(([suffix, labels, value]) => [
      [suffix, { ...labels, priority: '' }, value] as const,
      ...Object.entries(byPriority).map(([priority, count]) => [suffix, { ...labels, priority }, count] as const),
    ]),
  };
}

function tokenizer(page: SglangPageValues): Family[] {
  const labels = tokenizerLabels(page);
  const cached = typeof page.cachedTokens === 'number' ? { total: page.cachedTokens } : (page.cachedTokens ?? {});
  const count = (name: string, value: number | undefined): Family => counter(name, [[labels, value ?? 0]]);
  const seen = (name: string, bounds: readonly number[], observations: Observations | undefined): Family =>
    histogram(name, bounds, [[labels, observations ?? []]]);
  return [
    count('prompt_tokens', page.promptTokens),
    count('generation_tokens', page.generationTokens),
    counter(
      'cached_tokens',
      Object.entries(cached).map(([source, tokens]) => [{ ...labels, cache_source: source }, tokens]),
    ),
    count('num_requests', page.requests),
    count('num_aborted_requests', page.aborted),
    ...(page.http === undefined ? [] : [httpResponses(page.http)]),
    seen('time_to_first_token_seconds', TTFT_BOUNDS, page.ttft),
    seen('inter_token_latency_seconds', INTER_TOKEN_BOUNDS, page.interTokenLatency),
    seen('e2e_request_latency_seconds', TTFT_BOUNDS, page.endToEnd),
    seen('prompt_tokens_histogram', TOKEN_BOUNDS, page.requestPromptTokens),
    seen('generation_tokens_histogram', TOKEN_BOUNDS, page.requestGenerationTokens),
  ];
}

function httpResponses(byStatus: Readonly<Record<string, number>>): Family {
  return counter(
    'http_responses',
    Object.entries(byStatus).map(([status, times]) => [
      { endpoint: '/v1/chat/completions', status_code: status, method: 'POST' },
      times,
    ]),
  );
}

/** SGLang's pages have the sum before the buckets. */
function sumFirst(family: Family): Family {
  const isSum = ([suffix]: Family['rows'][number]): boolean => suffix === '_sum';
  return { ...family, rows: [...family.rows.filter(isSum), ...family.rows.filter((row) => !isSum(row))] };
}

function tokenizerLabels({ model }: SglangPageValues): Labels {
  return { model_name: model ?? 'meta-llama/Llama-3.1-8B-Instruct' };
}
