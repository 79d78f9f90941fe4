/** Over the interval since the previous sample, interpolated inside the bucket; null where that says nothing. */
export interface Quantiles {
  readonly p50Seconds: number | null;
  readonly p95Seconds: number | null;
  readonly p99Seconds: number | null;
  readonly meanSeconds: number | null;
  readonly count: number | null;
}

/** The engine's process tree, as the kernel shows it. */
export interface EngineProcess {
  /** The process that listens (API server). */
  readonly pid: number;
  /** It and everything it started. */
  readonly pids: readonly number[];
  /** Known flags of its command line, without their dashes; flags that could hold a secret are never read. */
  readonly flags: Readonly<Record<string, string>>;
  /** CPU time of the interval over wall time: 1 = one core busy. */
  readonly cpuCores: number | null;
  readonly treeCpuCores: number | null;
  /** Of the whole tree. */
  readonly residentBytes: number | null;
  /** CPUs it may run on, as the kernel lists them (`0-15,32-47`). */
  readonly cpusAllowed: string | null;
  readonly cgroupPath: string | null;
}

/** A cumulative histogram as scraped. The last bound is null for +Inf; counts are cumulative over bounds. */
export interface HistogramReading {
  readonly upperBounds: readonly (number | null)[];
  readonly cumulativeCounts: readonly number[];
  readonly sum: number | null;
  readonly count: number | null;
}

export const ENGINE_SLEEP_STATES = ['awake', 'weights-offloaded', 'discard-all'] as const;
export type EngineSleepState = (typeof ENGINE_SLEEP_STATES)[number];

export interface Engine {
  /** Base URL; with `#label` where one page holds several engines. */
  readonly id: string;
  readonly kind: 'vllm' | 'sglang';
  readonly url: string | null;
  readonly up: boolean;
  /** What `/health` says; null where it was not asked or has no such path. */
  readonly healthy: boolean | null;
  readonly version: string | null;
  /** Start of the process, by its own clock. */
  readonly startedAt: string | null;
  readonly sleepState: EngineSleepState | null;
  readonly model: string | null;
  readonly requestsRunning: number | null;
  readonly requestsWaiting: number | null;
  /** Waiting for capacity; null where the engine does not tell the reasons apart. */
  readonly requestsWaitingCapacity: number | null;
  /** Waiting for LoRA slots, KV transfer or the like; null where not told apart. */
  readonly requestsWaitingDeferred: number | null;
  readonly maxNumSeqs: number | null;
  readonly kvCacheUsageRatio: number | null;
  readonly prefixCacheHitRatio: number | null;
  /** Of the tokens looked up in the KV connector (LMCache and the like). */
  readonly externalCacheHitRatio: number | null;
  readonly preemptionsPerSecond: number | null;
  readonly promptTokensPerSecond: number | null;
  readonly generationTokensPerSecond: number | null;
  readonly requestsPerSecond: number | null;
  readonly ttft: Quantiles;
  readonly interTokenLatency: Quantiles;
  readonly queueTime: Quantiles;
  readonly endToEnd: Quantiles;
  /** Labels of `cache_config_info`. */
  readonly config: Readonly<Record<string, string>>;
  readonly gpuUuids: readonly string[] | null;
  /** Null where no process of this machine could be told to be this engine. */
  readonly process: EngineProcess | null;
  /** Null where no LoRA adapters are served. */
  readonly lora: {
    readonly maxAdapters: number | null;
    readonly runningAdapters: number;
    readonly waitingAdapters: number;
  } | null;
  /** Cumulative counters as scraped; lower than before means that the engine restarted. */
  readonly counters: {
    readonly preemptions: number | null;
    readonly promptTokens: number | null;
    readonly generationTokens: number | null;
    readonly requestsSucceeded: number | null;
    readonly prefixCacheQueries: number | null;
    readonly prefixCacheHits: number | null;
    readonly externalCacheQueries: number | null;
    readonly externalCacheHits: number | null;
    readonly requestsErrored: number | null;
    readonly requestsAborted: number | null;
    readonly httpRequests: number | null;
    readonly httpServerErrors: number | null;
    readonly admissionRejections: number | null;
    readonly draftTokens: number | null;
    readonly acceptedDraftTokens: number | null;
  };
  readonly histograms: {
    readonly ttft: HistogramReading | null;
    readonly interTokenLatency: HistogramReading | null;
    readonly queueTime: HistogramReading | null;
    readonly prefillTime: HistogramReading | null;
    readonly decodeTime: HistogramReading | null;
    /** Tokens per step of the engine; bounds are tokens. */
    readonly iterationTokens: HistogramReading | null;
    /** Tokens per request. */
    readonly promptTokens: HistogramReading | null;
    readonly generationTokens: HistogramReading | null;
    readonly endToEnd: HistogramReading | null;
  };
}

/** An engine of which no counter and no histogram could be read. */
export const NO_ENGINE_COUNTERS: Engine['counters'] = {
  preemptions: null,
  promptTokens: null,
  generationTokens: null,
  requestsSucceeded: null,
  prefixCacheQueries: null,
  prefixCacheHits: null,
  externalCacheQueries: null,
  externalCacheHits: null,
  requestsErrored: null,
  requestsAborted: null,
  httpRequests: null,
  httpServerErrors: null,
  admissionRejections: null,
  draftTokens: null,
  acceptedDraftTokens: null,
};

export const NO_ENGINE_HISTOGRAMS: Engine['histograms'] = {
  ttft: null,
  interTokenLatency: null,
  queueTime: null,
  prefillTime: null,
  decodeTime: null,
  iterationTokens: null,
  promptTokens: null,
  generationTokens: null,
  endToEnd: null,
};
