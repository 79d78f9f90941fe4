export const SECTION_STATUSES = ['ok', 'partial', 'absent', 'failed', 'denied', 'timeout', 'stale'] as const;
/**
 * How reading a source went. `absent`: there is none; `denied`: no permission; `timeout`: no answer within its
 * deadline; `failed`: an answer that is no data; `partial`: data with unreadable parts or a warning;
 * `stale`: the last good sample is older than three intervals.
 */
export type SectionStatus = (typeof SECTION_STATUSES)[number];

export const SECTION_NAMES = ['gpu', 'system', 'engines', 'lmcache', 'kernelLog'] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

export interface Section {
  readonly status: SectionStatus;
  /** What was read, e.g. `nvidia-smi` or an URL. */
  readonly source: string | null;
  readonly collectedAt: string | null;
  readonly durationMs: number | null;
  readonly detail: string | null;
}

export const CLOCK_EVENT_REASONS = [
  'gpu-idle',
  'applications-clocks-setting',
  'sw-power-cap',
  'hw-slowdown',
  'hw-thermal-slowdown',
  'hw-power-brake-slowdown',
  'sync-boost',
  'sw-thermal-slowdown',
  'display-clocks-setting',
] as const;
export type ClockEventReason = (typeof CLOCK_EVENT_REASONS)[number];

export interface MigDevice {
  readonly index: number | null;
  readonly gpuInstanceId: number | null;
  readonly computeInstanceId: number | null;
  readonly memoryTotalBytes: number | null;
  readonly memoryUsedBytes: number | null;
}

export interface GpuProcess {
  readonly pid: number;
  readonly name: string | null;
  /** `C` compute, `G` graphics, `C+G` both. */
  readonly type: string | null;
  readonly usedMemoryBytes: number | null;
}

/** One GPU at one instant. Every number is null where the driver gives none; null is never 0. */
export interface Gpu {
  /** Position in the driver's answer; identity is `uuid`, since positions change between boots. */
  readonly index: number;
  readonly uuid: string | null;
  readonly pciBusId: string | null;
  readonly name: string | null;
  readonly architecture: string | null;
  readonly driverVersion: string | null;
  readonly cudaVersion: string | null;
  readonly performanceState: string | null;
  readonly persistenceMode: boolean | null;
  readonly computeMode: string | null;
  readonly utilization: {
    readonly gpuRatio: number | null;
    readonly memoryRatio: number | null;
    readonly encoderRatio: number | null;
    readonly decoderRatio: number | null;
  };
  readonly memory: {
    readonly totalBytes: number | null;
    readonly reservedBytes: number | null;
    readonly usedBytes: number | null;
    readonly freeBytes: number | null;
  };
  readonly temperature: {
    readonly gpuCelsius: number | null;
    readonly memoryCelsius: number | null;
    /** Degrees left until the nearest slowdown threshold. */
    readonly marginCelsius: number | null;
    readonly slowdownCelsius: number | null;
    readonly shutdownCelsius: number | null;
    readonly maxOperatingCelsius: number | null;
  };
  readonly fanRatio: number | null;
  readonly power: {
    readonly drawWatts: number | null;
    readonly enforcedLimitWatts: number | null;
    readonly requestedLimitWatts: number | null;
    readonly defaultLimitWatts: number | null;
    readonly minLimitWatts: number | null;
    readonly maxLimitWatts: number | null;
  };
  readonly clocks: {
    readonly graphicsMhz: number | null;
    readonly smMhz: number | null;
    readonly memoryMhz: number | null;
    readonly maxGraphicsMhz: number | null;
    readonly maxSmMhz: number | null;
    readonly maxMemoryMhz: number | null;
  };
  /** `[]` none active, null not readable. */
  readonly clockEventReasons: readonly ClockEventReason[] | null;
  /** Cumulative time under each reason since the driver was loaded; goes down when it is reloaded. */
  readonly clockEventSeconds: {
    readonly swPowerCap: number | null;
    readonly syncBoost: number | null;
    readonly swThermalSlowdown: number | null;
    readonly hwThermalSlowdown: number | null;
    readonly hwPowerBrakeSlowdown: number | null;
  };
  readonly pcie: {
    readonly generation: number | null;
    readonly maxGeneration: number | null;
    readonly width: number | null;
    readonly maxWidth: number | null;
    readonly rxBytesPerSecond: number | null;
    readonly txBytesPerSecond: number | null;
    readonly replayCount: number | null;
  };
  readonly ecc: {
    readonly mode: boolean | null;
    readonly volatileCorrected: number | null;
    readonly volatileUncorrected: number | null;
    readonly aggregateCorrected: number | null;
    readonly aggregateUncorrected: number | null;
  };
  readonly retiredPages: {
    readonly singleBit: number | null;
    readonly doubleBit: number | null;
    readonly pending: boolean | null;
  };
  readonly remappedRows: {
    readonly correctable: number | null;
    readonly uncorrectable: number | null;
    readonly pending: boolean | null;
    readonly failure: boolean | null;
  };
  /** The driver's word for what the GPU needs, `None` when nothing. */
  readonly recoveryAction: string | null;
  readonly mig: { readonly mode: boolean | null; readonly devices: readonly MigDevice[] };
  readonly processes: readonly GpuProcess[];
}

export interface System {
  readonly cpu: {
    readonly logicalCores: number | null;
    readonly utilizationRatio: number | null;
    readonly iowaitRatio: number | null;
    readonly stealRatio: number | null;
    readonly load1m: number | null;
    readonly load5m: number | null;
    readonly load15m: number | null;
  };
  readonly memory: {
    readonly totalBytes: number | null;
    readonly availableBytes: number | null;
    readonly swapTotalBytes: number | null;
    readonly swapUsedBytes: number | null;
  };
  /** Percent of wall time in which tasks waited, as the kernel gives it. */
  readonly pressure: {
    readonly cpuSomeAvg10: number | null;
    readonly cpuSomeAvg60: number | null;
    readonly memorySomeAvg10: number | null;
    readonly memorySomeAvg60: number | null;
    readonly memoryFullAvg10: number | null;
    readonly memoryFullAvg60: number | null;
    readonly ioSomeAvg10: number | null;
    readonly ioSomeAvg60: number | null;
    readonly ioFullAvg10: number | null;
    readonly ioFullAvg60: number | null;
  };
  readonly cgroup: {
    readonly cpuThrottledRatio: number | null;
    /** Cumulative scheduling periods with a CPU limit, and those that hit it. */
    readonly cpuPeriods: number | null;
    readonly cpuThrottledPeriods: number | null;
    readonly memoryLimitBytes: number | null;
    readonly memoryCurrentBytes: number | null;
    readonly memoryInactiveFileBytes: number | null;
  };
  readonly disks: readonly {
    readonly mount: string;
    readonly filesystem: string | null;
    readonly totalBytes: number | null;
    readonly freeBytes: number | null;
  }[];
  readonly network: readonly {
    readonly interface: string;
    readonly rxBytesPerSecond: number | null;
    readonly txBytesPerSecond: number | null;
    readonly errorsPerSecond: number | null;
  }[];
  readonly uptimeSeconds: number | null;
}

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

export interface Cache {
  readonly id: string;
  readonly kind: 'lmcache';
  readonly mode: 'in-process' | 'mp';
  readonly healthy: boolean | null;
  readonly hitRatio: number | null;
  readonly hitRatioBasis: string | null;
  readonly usageRatio: number | null;
  readonly usedBytes: number | null;
  readonly capacityBytes: number | null;
  readonly evictionsPerSecond: number | null;
  readonly retrieveSpeedTokensPerSecond: number | null;
  readonly remoteLatencySeconds: number | null;
}

export interface KernelEvent {
  readonly at: string;
  /** `xid`, `oom-kill`, `gpu-lost` and the like. */
  readonly kind: string;
  readonly code: number | null;
  readonly pciBusId: string | null;
  readonly message: string;
  readonly count: number;
}

/** Why a signal has no value. `signal` is a snapshot path without indices. */
export interface Gap {
  readonly signal: string;
  readonly status: SectionStatus;
  readonly reason: string;
}

/** One reading of everything that could be read of a target. */
export interface Snapshot {
  readonly target: string;
  readonly hostname: string | null;
  readonly collectedAt: string;
  readonly durationMs: number;
  /** True when any source marks itself as simulated. */
  readonly simulated: boolean;
  readonly sections: Readonly<Record<SectionName, Section>>;
  readonly gpus: readonly Gpu[];
  readonly system: System | null;
  readonly engines: readonly Engine[];
  readonly caches: readonly Cache[];
  readonly events: readonly KernelEvent[];
  readonly gaps: readonly Gap[];
}

/** What is called stable identity of a GPU: its UUID, else its bus id, else its position. */
export function gpuIdOf(gpu: Pick<Gpu, 'uuid' | 'pciBusId' | 'index'>): string {
  return gpu.uuid ?? gpu.pciBusId ?? `gpu-${gpu.index}`;
}
