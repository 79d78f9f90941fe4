/** How many observations of which size since the start. */
export type LmcacheObservations = readonly (readonly [value: number, times: number])[];

export interface LmcacheWorkerValues {
  /** Label `worker_id`. */
  readonly worker?: string;
  readonly role?: string;
  readonly model?: string;
  readonly healthy?: boolean;
  readonly lookupTokens?: number;
  readonly lookupHits?: number;
  readonly requestedTokens?: number;
  readonly hitTokens?: number;
  readonly promptTokens?: number;
  readonly storedTokens?: number;
  readonly retrieveRequests?: number;
  readonly evictedKeys?: number;
  readonly evictionsFailed?: number;
  readonly remoteReads?: number;
  readonly slowByTime?: number;
  readonly slowBySpeed?: number;
  readonly forcedUnpins?: number;
  readonly pingErrors?: number;
  readonly pingSuccesses?: number;
  readonly pingMilliseconds?: number;
  readonly pingErrorCode?: number;
  readonly usedBytes?: number;
  readonly pinnedObjects?: number;
  readonly putsFailed?: number;
  readonly getsFailed?: number;
  readonly lookupHitRate?: number;
  readonly chunkStatistics?: boolean;
  readonly chunkReuseRate?: number;
  readonly retrieveSeconds?: LmcacheObservations;
  readonly retrieveTokensPerSecond?: LmcacheObservations;
  readonly remoteGetMilliseconds?: LmcacheObservations;
}

export interface LmcachePageValues extends LmcacheWorkerValues {
  /** Several workers on one page; the other values are their defaults. */
  readonly workers?: readonly LmcacheWorkerValues[];
  /** `lmcache_` where a relay does not take colons. */
  readonly prefix?: 'lmcache:' | 'lmcache_';
  /** Empty where a relay drops it. */
  readonly counterSuffix?: '_total' | '';
  /** The documentation's name instead of the code's. */
  readonly documentedHealthName?: boolean;
  /** Families that this version does not have, by their names without prefix. */
  readonly without?: readonly string[];
  readonly simulated?: boolean;
  readonly processStartSeconds?: number;
}

const SECOND_BOUNDS = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const SPEED_BOUNDS = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];
const MILLISECOND_BOUNDS = [1, 5, 10, 20, 40, 60, 80, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];
const REUSE_BOUNDS = [1, 5, 10, 30, 60, 120, 300];

type Labels = Readonly<Record<string, string>>;

/** The series of LMCache inside an engine, as they stand on the engine's or the internal API's page. */
export function anLmcachePage(values: LmcachePageValues = {}): string {
  const { workers, prefix, counterSuffix, documentedHealthName, without, simulated, processStartSeconds, ...defaults } =
    values;
  const each = (workers ?? [{}]).map((worker, index) => ({ worker: String(index), ...defaults, ...worker }));
  const families = new PageWriter(prefix ?? 'lmcache:', without ?? []);
  const labelled = (read: (worker: LmcacheWorkerValues) => number | undefined): LabelledValues =>
    each.map((worker) => [workerLabels(worker), read(worker) ?? 0]);
  for (const [name, read] of Object.entries(WORKER_COUNTERS)) {
    families.counter(name, labelled(read), counterSuffix ?? '_total');
  }
  for (const [name, read] of Object.entries(WORKER_GAUGES)) families.gauge(name, labelled(read));
  families.gauge(
    documentedHealthName === true ? 'is_healthy' : 'lmcache_is_healthy',
    labelled(({ healthy }) => (healthy === false ? 0 : 1)),
  );
  for (const worker of each) {
    const labels = workerLabels(worker);
    families.histogram('time_to_retrieve', labels, SECOND_BOUNDS, worker.retrieveSeconds);
    families.histogram('retrieve_speed', labels, SPEED_BOUNDS, worker.retrieveTokensPerSecond);
    families.histogram('remote_time_to_get', labels, MILLISECOND_BOUNDS, worker.remoteGetMilliseconds);
  }
  return pageOf(families, { simulated, processStartSeconds });
}

const WORKER_COUNTERS: Readonly<Record<string, (worker: LmcacheWorkerValues) => number | undefined>> = {
  num_lookup_tokens: ({ lookupTokens }) => lookupTokens,
  num_lookup_hits: ({ lookupHits }) => lookupHits,
  num_requested_tokens: ({ requestedTokens }) => requestedTokens,
  num_hit_tokens: ({ hitTokens }) => hitTokens,
  num_prompt_tokens: ({ promptTokens }) => promptTokens,
  num_stored_tokens: ({ storedTokens }) => storedTokens,
  num_retrieve_requests: ({ retrieveRequests }) => retrieveRequests,
  local_cpu_evict_keys_count: ({ evictedKeys }) => evictedKeys,
  local_cpu_evict_failed_count: ({ evictionsFailed }) => evictionsFailed,
  num_remote_read_requests: ({ remoteReads }) => remoteReads,
  num_slow_retrieval_by_time: ({ slowByTime }) => slowByTime,
  num_slow_retrieval_by_speed: ({ slowBySpeed }) => slowBySpeed,
  forced_unpin_count: ({ forcedUnpins }) => forcedUnpins,
  remote_ping_errors: ({ pingErrors }) => pingErrors,
  remote_ping_successes: ({ pingSuccesses }) => pingSuccesses,
};

const WORKER_GAUGES: Readonly<Record<string, (worker: LmcacheWorkerValues) => number | undefined>> = {
  local_cache_usage: ({ usedBytes }) => usedBytes,
  remote_ping_latency: ({ pingMilliseconds }) => pingMilliseconds,
  remote_ping_error_code: ({ pingErrorCode }) => pingErrorCode,
  pinned_memory_objs_count: ({ pinnedObjects }) => pinnedObjects,
  put_failed_count: ({ putsFailed }) => putsFailed,
  get_blocking_failed_count: ({ getsFailed }) => getsFailed,
  lookup_hit_rate: ({ lookupHitRate }) => lookupHitRate,
  chunk_statistics_enabled: ({ chunkStatistics }) => (chunkStatistics === true ? 1 : 0),
  chunk_statistics_reuse_rate: ({ chunkReuseRate }) => chunkReuseRate,
};

export interface LmcacheMpPageValues {
  readonly model?: string;
  /** Tokens looked up and found, by tenant (`cache_salt`). */
  readonly lookups?: Readonly<
    Record<string, { readonly requested: number; readonly hit: number; readonly l2?: number }>
  >;
  readonly writtenChunks?: number;
  readonly evictedChunks?: number;
  /** By device: each GPU of an engine counts the same retrieves. */
  readonly finishedRetrieves?: Readonly<Record<string, number>>;
  readonly l2Loads?: number;
  readonly allocationFailures?: number;
  readonly prefetchFailures?: { readonly l1Oom?: number; readonly notFound?: number };
  readonly usedBytes?: number;
  readonly usageRatio?: number;
  readonly evictReuseGapSeconds?: LmcacheObservations;
  readonly without?: readonly string[];
  readonly simulated?: boolean;
  readonly processStartSeconds?: number;
}

/** The page of an MP server that has been used. */
export function anLmcacheMpPage(values: LmcacheMpPageValues = {}): string {
  const model = values.model ?? 'meta-llama/Llama-3.1-8B-Instruct';
  const families = new PageWriter('lmcache_mp_', values.without ?? []);
  const lookups = Object.entries(values.lookups ?? { '': { requested: 0, hit: 0 } });
  const lookup = (read: (counts: { requested: number; hit: number; l2?: number }) => number): LabelledValues =>
    lookups.map(([salt, counts]) => [{ model_name: model, cache_salt: salt }, read(counts)]);
  const salted = (value: number | undefined): LabelledValues => [[{ cache_salt: '' }, value ?? 0]];
  families.counter(
    'lookup_requested_tokens',
    lookup(({ requested }) => requested),
  );
  families.counter(
    'lookup_hit_tokens',
    lookup(({ hit }) => hit),
  );
  families.counter(
    'lookup_hit_l2_tokens',
    lookup(({ l2 }) => l2 ?? 0),
  );
  families.counter('l1_write_chunks', salted(values.writtenChunks));
  families.counter('l1_evicted_chunks', salted(values.evictedChunks));
  families.counter('l2_load_completed_requests', [[{ l2_name: 'fs' }, values.l2Loads ?? 0]]);
  families.counter(
    'num_finished_retrieves',
    Object.entries(values.finishedRetrieves ?? { 'cuda:0': 0 }).map(([device, count]) => [{ device }, count]),
  );
  families.counter('l1_allocation_failure_chunks', [
    [{ during: 'l1_store', model_name: model }, values.allocationFailures ?? 0],
  ]);
  families.counter('l2_prefetch_failure_chunks', [
    [{ reason: 'l1_oom', model_name: model }, values.prefetchFailures?.l1Oom ?? 0],
    [{ reason: 'not_found', model_name: model }, values.prefetchFailures?.notFound ?? 0],
  ]);
  families.gauge('l1_memory_usage_bytes', [[{ l1_tag: '_default', backend: 'dram' }, values.usedBytes ?? 0]]);
  families.gauge('l1_usage_ratio', [[{ l1_tag: '_default', backend: 'dram' }, values.usageRatio ?? 0]]);
  families.histogram('l1_chunk_evict_reuse_gap_seconds', {}, REUSE_BOUNDS, values.evictReuseGapSeconds);
  return pageOf(families, values);
}

/** The page of an MP server before anything was stored: of the process alone. */
export function anEmptyLmcacheMpPage(): string {
  return [
    '# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.',
    '# TYPE process_start_time_seconds gauge',
    'process_start_time_seconds 1789434996.2',
    '# TYPE target_info gauge',
    'target_info{service_instance_id="a"} 1',
    '',
  ].join('\n');
}

type LabelledValues = readonly (readonly [labels: Labels, value: number])[];

function workerLabels({ worker, role, model }: LmcacheWorkerValues): Labels {
  return {
    model_name: model ?? 'Qwen/Qwen3-8B',
    worker_id: worker ?? '0',
    role: role ?? 'worker',
    served_model_name: '',
  };
}

function pageOf(
  families: PageWriter,
  { simulated, processStartSeconds }: { readonly simulated?: boolean; readonly processStartSeconds?: number },
): string {
  const lines = [
    ...(processStartSeconds === undefined ? [] : [`process_start_time_seconds ${processStartSeconds}`]),
    ...families.lines,
    ...(simulated === true ? ['# TYPE simulated_source_info gauge', 'simulated_source_info 1'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Writes families as prometheus_client does: a `_created` gauge beside each counter, whose value is a time of day. */
class PageWriter {
  readonly lines: string[] = [];
  private readonly announced = new Set<string>();

  constructor(
    private readonly prefix: string,
    private readonly without: readonly string[],
  ) {}

  counter(name: string, values: LabelledValues, suffix = '_total'): void {
    if (!this.announce(name, 'counter')) return;
    for (const [labels, value] of values) this.write(name + suffix, labels, value);
    for (const [labels] of values) this.write(`${name}_created`, labels, 1_789_435_000.5);
  }

  gauge(name: string, values: LabelledValues): void {
    if (!this.announce(name, 'gauge')) return;
    for (const [labels, value] of values) this.write(name, labels, value);
  }

  histogram(name: string, labels: Labels, bounds: readonly number[], observations: LmcacheObservations = []): void {
    if (!this.announce(name, 'histogram')) return;
    const upTo = (bound: number): number =>
      observations.reduce((count, [value, times]) => (value <= bound ? count + times : count), 0);
    for (const bound of bounds) this.write(`${name}_bucket`, { ...labels, le: boundText(bound) }, upTo(bound));
    this.write(`${name}_bucket`, { ...labels, le: '+Inf' }, upTo(Number.POSITIVE_INFINITY));
    this.write(`${name}_count`, labels, upTo(Number.POSITIVE_INFINITY));
    const sum = observations.reduce((total, [value, times]) => total + value * times, 0);
    this.write(`${name}_sum`, labels, sum);
  }

  private announce(name: string, type: string): boolean {
    if (this.without.includes(name)) return false;
    if (!this.announced.has(name)) this.lines.push(`# TYPE ${this.prefix}${name} ${type}`);
    this.announced.add(name);
    return true;
  }

  private write(name: string, labels: Labels, value: number): void {
    const escaped = (text: string): string => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
    // In the order in which Python's prometheus_client writes them.
    const sorted = Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1));
    const pairs = sorted.map(([label, text]) => `${label}="${escaped(text)}"`);
    this.lines.push(`${this.prefix}${name}{${pairs.join(',')}} ${boundText(value)}`);
  }
}

function boundText(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
