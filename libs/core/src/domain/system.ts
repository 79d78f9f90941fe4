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
