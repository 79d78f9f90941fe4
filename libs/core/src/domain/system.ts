export interface System {
  readonly cpu: {
    readonly logicalCores: number | null;
    readonly utilizationRatio: number | null;
    readonly iowaitRatio: number | null;
    readonly stealRatio: number | null;
    readonly load1m: number | null;
    readonly load5m: number | null;
    readonly load15m: number | null;
    /** Tasks that run or could run, at the instant of the sample. */
    readonly runnableTasks: number | null;
  };
  readonly memory: {
    readonly totalBytes: number | null;
    readonly availableBytes: number | null;
    readonly swapTotalBytes: number | null;
    readonly swapUsedBytes: number | null;
    /** Locked in memory; large where an engine's cache pins its pool. */
    readonly mlockedBytes: number | null;
    readonly unevictableBytes: number | null;
    readonly dirtyBytes: number | null;
  };
  readonly paging: {
    readonly swapInBytesPerSecond: number | null;
    readonly swapOutBytesPerSecond: number | null;
    readonly majorFaultsPerSecond: number | null;
    /** Cumulative since boot. */
    readonly oomKills: number | null;
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
  /** Control group (v2) of the engine where its process is known, else of the agent itself. */
  readonly cgroup: {
    readonly path: string | null;
    /** Share of the interval's scheduling periods in which the CPU limit was hit. */
    readonly cpuThrottledRatio: number | null;
    /** Cores that the limit allows; null when there is no limit. */
    readonly cpuLimitCores: number | null;
    /** Cumulative. */
    readonly cpuThrottledSeconds: number | null;
    /** Cumulative scheduling periods with a CPU limit, and those that hit it. */
    readonly cpuPeriods: number | null;
    readonly cpuThrottledPeriods: number | null;
    readonly memoryLimitBytes: number | null;
    readonly memoryCurrentBytes: number | null;
    readonly memoryInactiveFileBytes: number | null;
    /** Cumulative counts of `memory.events`. */
    readonly memoryEvents: {
      readonly high: number | null;
      readonly max: number | null;
      readonly oom: number | null;
      readonly oomKills: number | null;
    };
  };
  readonly disks: readonly {
    readonly mount: string;
    readonly filesystem: string | null;
    readonly totalBytes: number | null;
    readonly freeBytes: number | null;
    readonly totalInodes: number | null;
    readonly freeInodes: number | null;
  }[];
  /** Whole devices, not partitions; rates over the interval. */
  readonly diskIo: readonly {
    readonly device: string;
    readonly readBytesPerSecond: number | null;
    readonly writeBytesPerSecond: number | null;
    /** Mean time of the interval's requests, queueing included; null when there were none. */
    readonly averageWaitSeconds: number | null;
    /** Share of the time with a request under way; 1 is no saturation on devices with many queues. */
    readonly busyRatio: number | null;
  }[];
  readonly network: readonly {
    readonly interface: string;
    readonly rxBytesPerSecond: number | null;
    readonly txBytesPerSecond: number | null;
    readonly errorsPerSecond: number | null;
    readonly dropsPerSecond: number | null;
    readonly packetsPerSecond: number | null;
    /** Link speed; null where the kernel knows none (virtual, down). */
    readonly linkBytesPerSecond: number | null;
  }[];
  readonly numaNodes: number | null;
  /** Of the system time; null where the source does not tell. */
  readonly clock: { readonly isSynchronized: boolean | null; readonly offsetSeconds: number | null };
  readonly uptimeSeconds: number | null;
}

/** Groups of which nothing is known. */
export const NO_PRESSURE: System['pressure'] = {
  cpuSomeAvg10: null,
  cpuSomeAvg60: null,
  memorySomeAvg10: null,
  memorySomeAvg60: null,
  memoryFullAvg10: null,
  memoryFullAvg60: null,
  ioSomeAvg10: null,
  ioSomeAvg60: null,
  ioFullAvg10: null,
  ioFullAvg60: null,
};

export const NO_PAGING: System['paging'] = {
  swapInBytesPerSecond: null,
  swapOutBytesPerSecond: null,
  majorFaultsPerSecond: null,
  oomKills: null,
};

export const NO_CGROUP: System['cgroup'] = {
  path: null,
  cpuThrottledRatio: null,
  cpuLimitCores: null,
  cpuThrottledSeconds: null,
  cpuPeriods: null,
  cpuThrottledPeriods: null,
  memoryLimitBytes: null,
  memoryCurrentBytes: null,
  memoryInactiveFileBytes: null,
  memoryEvents: { high: null, max: null, oom: null, oomKills: null },
};

export const NO_HOST_CLOCK: System['clock'] = { isSynchronized: null, offsetSeconds: null };
