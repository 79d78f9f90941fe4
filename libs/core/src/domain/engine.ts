/** Over the interval since the previous sample, interpolated inside the bucket; null where that says nothing. */
export interface Quantiles {
  readonly p50Seconds: number | null;
  readonly p95Seconds: number | null;
  readonly p99Seconds: number | null;
  readonly meanSeconds: number | null;
  readonly count: number | null;
}

/** A cumulative histogram as scraped. The last bound is null for +Inf; counts are cumulative over bounds. */
export interface HistogramReading {
  readonly upperBounds: readonly (number | null)[];
  readonly cumulativeCounts: readonly number[];
  readonly sum: number | null;
  readonly count: number | null;
}

export interface Engine {
  /** Base URL; with `#label` where one page holds several engines. */
  readonly id: string;
  readonly kind: 'vllm' | 'sglang';
  readonly url: string | null;
  readonly up: boolean;
  readonly version: string | null;
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
  /** Cumulative counters as scraped; lower than before means that the engine restarted. */
  readonly counters: {
    readonly preemptions: number | null;
    readonly promptTokens: number | null;
    readonly generationTokens: number | null;
    readonly requestsSucceeded: number | null;
    readonly prefixCacheQueries: number | null;
    readonly prefixCacheHits: number | null;
  };
  readonly histograms: {
    readonly ttft: HistogramReading | null;
    readonly interTokenLatency: HistogramReading | null;
    readonly queueTime: HistogramReading | null;
    readonly prefillTime: HistogramReading | null;
    readonly endToEnd: HistogramReading | null;
  };
}
