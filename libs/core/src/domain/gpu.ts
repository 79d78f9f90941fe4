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

/** What is called stable identity of a GPU: its UUID, else its bus id, else its position. */
export function gpuIdOf(gpu: Pick<Gpu, 'uuid' | 'pciBusId' | 'index'>): string {
  return gpu.uuid ?? gpu.pciBusId ?? `gpu-${gpu.index}`;
}
