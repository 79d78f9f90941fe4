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
  /** MIG instance that it runs in; null on a whole GPU. */
  readonly gpuInstanceId: number | null;
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
  /** `None`, `Pass-Through`, `VGPU` and the like: what a guest sees of its link and limits is not the board's. */
  readonly virtualizationMode: string | null;
  /** NUMA node of the bus that the GPU is on; null where the kernel knows none (it says -1). */
  readonly numaNode: number | null;
  /** CPUs of that node, as the kernel lists them (`0-15,32-47`). */
  readonly numaCpus: string | null;
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
    /** What the memory may reach; the GPU's own thresholds are below. */
    readonly memoryMaxOperatingCelsius: number | null;
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
  /** Cumulative since the driver was loaded; from dcgm-exporter. */
  readonly energyJoules: number | null;
  /** Share of the last second or so, 0 to 1; from dcgm-exporter's profiling fields. */
  readonly profiling: {
    readonly smActiveRatio: number | null;
    readonly smOccupancyRatio: number | null;
    readonly tensorActiveRatio: number | null;
    readonly dramActiveRatio: number | null;
    readonly graphicsEngineActiveRatio: number | null;
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
    /** The lower of what GPU and slot can do, as far as the driver says. */
    readonly maxGeneration: number | null;
    readonly hostMaxGeneration: number | null;
    readonly width: number | null;
    readonly maxWidth: number | null;
    readonly rxBytesPerSecond: number | null;
    readonly txBytesPerSecond: number | null;
    readonly replayCount: number | null;
  };
  /** Cumulative errors over all links; null where the source does not count them. */
  readonly nvlink: {
    readonly replayErrors: number | null;
    readonly recoveryErrors: number | null;
    readonly crcErrors: number | null;
  };
  /** dcgm-exporter's view: the last code stays until the exporter restarts, so only a change says something. */
  readonly xid: { readonly lastCode: number | null; readonly count: number | null };
  readonly ecc: {
    readonly mode: boolean | null;
    /** Mode after the next reset. */
    readonly pendingMode: boolean | null;
    /** NVIDIA's own verdict over the aggregate SRAM errors. */
    readonly sramThresholdExceeded: boolean | null;
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
    /** Memory banks by how many spare rows they have left. */
    readonly histogram: {
      readonly maxBanks: number | null;
      readonly highBanks: number | null;
      readonly partialBanks: number | null;
      readonly lowBanks: number | null;
      readonly noneBanks: number | null;
    };
  };
  /** Repairs that the next reset applies. */
  readonly repairPending: { readonly channel: boolean | null; readonly tpc: boolean | null };
  /** NVSwitch fabric as the driver words it, e.g. `Completed`; null where there is none. */
  readonly fabric: { readonly state: string | null; readonly status: string | null; readonly health: string | null };
  /** The driver's word for what the GPU needs, `None` when nothing. */
  readonly recoveryAction: string | null;
  readonly mig: {
    readonly mode: boolean | null;
    /** Mode after the next reset. */
    readonly pendingMode: boolean | null;
    readonly devices: readonly MigDevice[];
  };
  readonly processes: readonly GpuProcess[];
}

/** What is called stable identity of a GPU: its UUID, else its bus id, else its position. */
export function gpuIdOf(gpu: Pick<Gpu, 'uuid' | 'pciBusId' | 'index'>): string {
  return gpu.uuid ?? gpu.pciBusId ?? `gpu-${gpu.index}`;
}

/** What only dcgm-exporter tells, where it is not read. */
export const NO_PROFILING: Gpu['profiling'] = {
  smActiveRatio: null,
  smOccupancyRatio: null,
  tensorActiveRatio: null,
  dramActiveRatio: null,
  graphicsEngineActiveRatio: null,
};
export const NO_NVLINK: Gpu['nvlink'] = { replayErrors: null, recoveryErrors: null, crcErrors: null };
export const NO_XID: Gpu['xid'] = { lastCode: null, count: null };
export const NO_REMAP_HISTOGRAM: Gpu['remappedRows']['histogram'] = {
  maxBanks: null,
  highBanks: null,
  partialBanks: null,
  lowBanks: null,
  noneBanks: null,
};
