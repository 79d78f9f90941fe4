import type { LoggedEvent } from './kernel-event.js';

/** What can be read of the simulated machine at one moment, in plain units. Formats are made from this and nothing else. */
export interface MachineView {
  /** Wall-clock time of the machine. */
  readonly atMs: number;
  readonly bootedAtMs: number;
  readonly gpus: readonly GpuView[];
  readonly engines: readonly EngineView[];
  readonly caches: readonly CacheView[];
  readonly host: HostView;
  /** The last ones, oldest first. */
  readonly kernelEvents: readonly LoggedEvent[];
}

export const CLOCK_REASONS = [
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
export type ClockReason = (typeof CLOCK_REASONS)[number];

export interface GpuProcessView {
  readonly pid: number;
  readonly name: string;
  readonly usedMib: number;
}

export interface GpuView {
  readonly index: number;
  readonly product: string;
  readonly uuid: string;
  readonly serial: string;
  /** `00000000:1B:00.0` */
  readonly pciBusId: string;
  readonly numaNode: number;
  /** False: fallen off the bus, or not answering. */
  readonly isPresent: boolean;
  readonly isPersistent: boolean;
  readonly computeMode: 'Default' | 'Exclusive_Process' | 'Prohibited';
  readonly performanceState: string;
  readonly utilizationRatio: number;
  readonly memoryUtilizationRatio: number;
  /** Profiling counters of dcgm-exporter. */
  readonly smActiveRatio: number;
  readonly tensorActiveRatio: number;
  readonly dramActiveRatio: number;
  readonly memory: { readonly totalMib: number; readonly reservedMib: number; readonly usedMib: number };
  readonly temperature: {
    readonly gpuCelsius: number;
    readonly memoryCelsius: number | null;
    readonly marginCelsius: number | null;
  };
  /** Null: passive, cooled by the chassis. */
  readonly fanRatio: number | null;
  readonly power: {
    readonly averageWatts: number;
    readonly instantWatts: number;
    readonly enforcedLimitWatts: number;
    readonly requestedLimitWatts: number;
    readonly defaultLimitWatts: number;
    readonly minLimitWatts: number;
    readonly maxLimitWatts: number;
    /** Since the driver was loaded. */
    readonly energyJoules: number;
  };
  readonly clocks: {
    readonly graphicsMhz: number;
    readonly smMhz: number;
    readonly memoryMhz: number;
    readonly videoMhz: number;
    readonly maxGraphicsMhz: number;
    readonly maxSmMhz: number;
    readonly maxMemoryMhz: number;
    readonly maxVideoMhz: number;
    /** Set by `nvidia-smi -lgc`. */
    readonly lockedMhz: readonly [min: number, max: number] | null;
  };
  readonly clockReasons: readonly ClockReason[];
  /** Microseconds in which each was active since the driver was loaded. */
  readonly clockReasonMicroseconds: Readonly<
    Record<
      'sw-power-cap' | 'sync-boost' | 'sw-thermal-slowdown' | 'hw-thermal-slowdown' | 'hw-power-brake-slowdown',
      number
    >
  >;
  readonly pcie: {
    readonly generation: number;
    readonly maxGeneration: number;
    readonly width: number;
    readonly maxWidth: number;
    readonly rxKilobytesPerSecond: number;
    readonly txKilobytesPerSecond: number;
    readonly replayCount: number;
  };
  readonly ecc: {
    readonly isOn: boolean | null;
    readonly volatile: EccCounts;
    readonly aggregate: EccCounts;
  };
  /** Null before Ampere. */
  readonly remappedRows: {
    readonly correctable: number;
    readonly uncorrectable: number;
    readonly isPending: boolean;
    readonly hasFailed: boolean;
    readonly banks: Readonly<Record<'max' | 'high' | 'partial' | 'low' | 'none', number>>;
  } | null;
  readonly recoveryAction: 'None' | 'Reset' | 'Reboot' | 'Drain P2P' | 'Drain and Reset';
  readonly processes: readonly GpuProcessView[];
}

export interface EccCounts {
  readonly sramCorrectable: number;
  readonly sramUncorrectable: number;
  readonly dramCorrectable: number;
  readonly dramUncorrectable: number;
}

/** A cumulative histogram; `counts[i]` are the observations up to `bounds[i]`, all of them are `count`. */
export interface HistogramView {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

export const ENGINE_HISTOGRAMS = [
  'ttft',
  'interTokenLatency',
  'queueTime',
  'prefillTime',
  'decodeTime',
  'inferenceTime',
  'endToEnd',
  'timePerOutputToken',
  'iterationTokens',
  'requestPromptTokens',
  'requestGenerationTokens',
  'prefillComputedTokens',
] as const;
export type EngineHistogram = (typeof ENGINE_HISTOGRAMS)[number];

export interface EngineView {
  readonly id: number;
  readonly pid: number;
  readonly port: number;
  readonly model: string;
  readonly version: string;
  readonly commandLine: readonly string[];
  readonly startedAtMs: number;
  /** `loading`: the port is closed; `hung`: connections are taken and never answered; `dead`: no process. */
  readonly state: 'loading' | 'serving' | 'hung' | 'dead';
  readonly isAsleep: boolean;
  readonly sleepLevel: 0 | 1 | 2;
  readonly isPaused: boolean;
  readonly gpus: readonly number[];
  readonly running: number;
  readonly waiting: number;
  readonly maxNumSeqs: number;
  readonly kvUsageRatio: number;
  readonly blockSize: number;
  readonly totalBlocks: number;
  readonly maxNumBatchedTokens: number;
  readonly maxModelLen: number;
  readonly gpuMemoryUtilization: number;
  readonly hasCache: boolean;
  /** Requests per second that clients send at the moment. */
  readonly requestsPerSecond: number;
  readonly counters: {
    readonly preemptions: number;
    readonly promptTokens: number;
    /** Parts of `promptTokens` that were not computed. */
    readonly promptTokensFromLocalCache: number;
    readonly promptTokensFromExternalCache: number;
    readonly generationTokens: number;
    /** `stopped` and `cutByLength` together. */
    readonly succeeded: number;
    readonly stopped: number;
    readonly cutByLength: number;
    readonly errored: number;
    readonly aborted: number;
    readonly prefixCacheQueries: number;
    readonly prefixCacheHits: number;
    readonly externalCacheQueries: number;
    readonly externalCacheHits: number;
  };
  readonly histograms: Readonly<Record<EngineHistogram, HistogramView>>;
  readonly residentBytes: number;
  readonly cpuSeconds: number;
}

export interface CacheView {
  readonly engine: number;
  readonly isHealthy: boolean;
  readonly usedBytes: number;
  readonly capacityBytes: number;
  readonly counters: {
    /** Tokens that the engine's connector asked about, and how many of them were there. */
    readonly lookupTokens: number;
    readonly lookupHitTokens: number;
    /** Tokens that were then loaded, and how many of those came. */
    readonly requestedTokens: number;
    readonly hitTokens: number;
    readonly storedTokens: number;
    readonly lookups: number;
    readonly retrieves: number;
    readonly stores: number;
    readonly evictedChunks: number;
    readonly slowRetrievals: number;
    readonly remoteReads: number;
    readonly remoteReadBytes: number;
    readonly remoteWrites: number;
    readonly remoteWriteBytes: number;
    readonly remotePings: number;
    readonly remotePingErrors: number;
  };
  /** Tokens of one chunk. */
  readonly chunkSize: number;
  readonly hasRemote: boolean;
  readonly remoteUsedBytes: number;
  readonly retrieveSpeed: HistogramView;
  readonly retrieveSeconds: HistogramView;
  readonly remotePingSeconds: number;
  /** Backends that are bypassed. */
  readonly bypassed: readonly string[];
  readonly isFrozen: boolean;
}

export interface HostView {
  readonly hostname: string;
  readonly kernel: string;
  readonly logicalCores: number;
  readonly numaNodes: number;
  /** Seconds since boot, over all cores. */
  readonly cpuSeconds: Readonly<
    Record<'user' | 'nice' | 'system' | 'idle' | 'iowait' | 'irq' | 'softirq' | 'steal', number>
  >;
  readonly load: readonly [number, number, number];
  readonly runnable: number;
  readonly memory: {
    readonly totalBytes: number;
    readonly availableBytes: number;
    readonly freeBytes: number;
    readonly cachedBytes: number;
    readonly swapTotalBytes: number;
    readonly swapFreeBytes: number;
  };
  readonly paging: {
    readonly majorFaults: number;
    readonly swapIn: number;
    readonly swapOut: number;
    readonly oomKills: number;
  };
  readonly pressure: Readonly<
    Record<'cpu' | 'memory' | 'io', { readonly some: PressureView; readonly full: PressureView }>
  >;
  readonly cgroup: {
    readonly path: string;
    readonly cpuQuotaCores: number | null;
    readonly periods: number;
    readonly throttledPeriods: number;
    readonly throttledSeconds: number;
    readonly memoryLimitBytes: number | null;
    readonly memoryCurrentBytes: number;
  };
  readonly disks: readonly {
    readonly device: string;
    readonly mount: string;
    readonly filesystem: string;
    readonly totalBytes: number;
    readonly freeBytes: number;
    readonly readBytes: number;
    readonly writtenBytes: number;
    readonly ioSeconds: number;
  }[];
  readonly network: readonly {
    readonly interface: string;
    readonly rxBytes: number;
    readonly txBytes: number;
    readonly errors: number;
  }[];
}

export interface PressureView {
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
  readonly totalMicroseconds: number;
}
