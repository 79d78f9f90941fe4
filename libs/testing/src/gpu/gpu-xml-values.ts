import type { ClockEventReason } from '@app/core';

/** A number gets its unit, a text is written as it stands, null is written `N/A`. */
export type Written = number | string | null;

export interface ProcessXmlValues {
  readonly pid: Written;
  readonly type?: string;
  readonly name?: string;
  readonly usedMib?: Written;
  readonly gpuInstanceId?: Written;
}

export interface MigXmlValues {
  readonly index: number;
  readonly gpuInstanceId: number;
  readonly computeInstanceId: number;
  readonly totalMib: Written;
  readonly usedMib: Written;
}

/** What is written about one GPU. */
export interface GpuXmlValues {
  readonly name: string;
  readonly brand: string;
  readonly architecture: string | null;
  readonly uuid: string | null;
  readonly pciBusId: string;
  readonly persistenceMode: string | null;
  readonly computeMode: string | null;
  readonly virtualizationMode: string | null;
  readonly performanceState: string | null;
  readonly driverModel: string | null;
  readonly gpuUtilPercent: Written;
  readonly memoryUtilPercent: Written;
  readonly encoderUtilPercent: Written;
  readonly decoderUtilPercent: Written;
  readonly totalMib: Written;
  readonly reservedMib: Written;
  readonly usedMib: Written;
  readonly freeMib: Written;
  readonly gpuCelsius: Written;
  readonly memoryCelsius: Written;
  readonly memoryMaxOperatingCelsius: Written;
  readonly marginCelsius: Written;
  /** Absolute thresholds; null writes the T.Limit elements of Ada and later instead. */
  readonly slowdownCelsius: Written;
  readonly shutdownCelsius: Written;
  readonly maxOperatingCelsius: Written;
  readonly fanPercent: Written;
  readonly averageWatts: Written;
  readonly instantWatts: Written;
  readonly enforcedLimitWatts: Written;
  readonly requestedLimitWatts: Written;
  readonly defaultLimitWatts: Written;
  readonly minLimitWatts: Written;
  readonly maxLimitWatts: Written;
  readonly graphicsMhz: Written;
  readonly smMhz: Written;
  readonly memoryMhz: Written;
  readonly maxGraphicsMhz: Written;
  readonly maxSmMhz: Written;
  readonly maxMemoryMhz: Written;
  /** The active ones; null writes all of them as N/A. */
  readonly clockEventReasons: readonly ClockEventReason[] | null;
  readonly swPowerCapUs: Written;
  readonly syncBoostUs: Written;
  readonly swThermalUs: Written;
  readonly hwThermalUs: Written;
  readonly hwPowerBrakeUs: Written;
  readonly pcieGeneration: Written;
  /** Of GPU and slot together. */
  readonly pcieMaxGeneration: Written;
  /** Written from schema 12 on, as is the slot's. */
  readonly pcieDeviceMaxGeneration: Written;
  readonly pcieHostMaxGeneration: Written;
  readonly pcieWidth: Written;
  readonly pcieMaxWidth: Written;
  readonly rxKilobytesPerSecond: Written;
  readonly txKilobytesPerSecond: Written;
  readonly replayCount: Written;
  readonly eccMode: string | null;
  readonly pendingEccMode: string | null;
  /** Written from schema 13 on, as are the repairs. */
  readonly sramThresholdExceeded: string | null;
  readonly channelRepairPending: string | null;
  readonly tpcRepairPending: string | null;
  readonly volatileSramCorrectable: Written;
  readonly volatileDramCorrectable: Written;
  /** Split into parity and SECDED by schema 13: the parity part is `…Parity`. */
  readonly volatileSramUncorrectable: Written;
  readonly volatileSramParity: Written;
  readonly volatileDramUncorrectable: Written;
  readonly aggregateSramCorrectable: Written;
  readonly aggregateDramCorrectable: Written;
  readonly aggregateSramUncorrectable: Written;
  readonly aggregateSramParity: Written;
  readonly aggregateDramUncorrectable: Written;
  readonly retiredSingleBit: Written;
  readonly retiredDoubleBit: Written;
  readonly retirementPending: string | null;
  /** Null writes the whole block as `N/A`. */
  readonly remappedRows: {
    readonly correctable: Written;
    readonly uncorrectable: Written;
    readonly pending: string;
    readonly failure: string;
    /** Banks by the share of their spare rows that is left. */
    readonly banks?: Readonly<Record<'max' | 'high' | 'partial' | 'low' | 'none', Written>>;
  } | null;
  /** Written from schema 12 on, its health from 13 on. */
  readonly fabricState: string | null;
  readonly fabricStatus: string | null;
  readonly fabricHealth: string | null;
  /** The word of schema 13; `Reset` and `Drain and Reset` become the yes-or-no questions of schema 12. */
  readonly recoveryAction: string | null;
  readonly migMode: string | null;
  readonly pendingMigMode: string | null;
  readonly migDevices: readonly MigXmlValues[];
  readonly processes: readonly ProcessXmlValues[];
}

const BANKS = { max: 2560, high: 0, partial: 0, low: 0, none: 0 };

/** A healthy, busy H100. */
export function gpuXmlDefaults(index: number): GpuXmlValues {
  return {
    name: 'NVIDIA H100 80GB HBM3',
    brand: 'NVIDIA',
    architecture: 'Hopper',
    uuid: `GPU-00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`,
    pciBusId: `00000000:${(0x1b + index).toString(16).toUpperCase().padStart(2, '0')}:00.0`,
    persistenceMode: 'Enabled',
    computeMode: 'Default',
    virtualizationMode: 'None',
    performanceState: 'P0',
    driverModel: null,
    gpuUtilPercent: 92,
    memoryUtilPercent: 48,
    encoderUtilPercent: 0,
    decoderUtilPercent: 0,
    totalMib: 81559,
    reservedMib: 479,
    usedMib: 71680,
    freeMib: 9400,
    gpuCelsius: 58,
    memoryCelsius: 66,
    memoryMaxOperatingCelsius: 95,
    marginCelsius: 29,
    slowdownCelsius: null,
    shutdownCelsius: null,
    maxOperatingCelsius: null,
    fanPercent: null,
    averageWatts: '560.21 W',
    instantWatts: '571.04 W',
    enforcedLimitWatts: '700.00 W',
    requestedLimitWatts: '700.00 W',
    defaultLimitWatts: '700.00 W',
    minLimitWatts: '200.00 W',
    maxLimitWatts: '700.00 W',
    graphicsMhz: 1980,
    smMhz: 1980,
    memoryMhz: 2619,
    maxGraphicsMhz: 1980,
    maxSmMhz: 1980,
    maxMemoryMhz: 2619,
    clockEventReasons: [],
    swPowerCapUs: 0,
    syncBoostUs: 0,
    swThermalUs: 0,
    hwThermalUs: 0,
    hwPowerBrakeUs: 0,
    pcieGeneration: 5,
    pcieMaxGeneration: 5,
    pcieDeviceMaxGeneration: 5,
    pcieHostMaxGeneration: 5,
    pcieWidth: 16,
    pcieMaxWidth: 16,
    rxKilobytesPerSecond: 812000,
    txKilobytesPerSecond: 301000,
    replayCount: 0,
    eccMode: 'Enabled',
    pendingEccMode: 'Enabled',
    sramThresholdExceeded: 'No',
    channelRepairPending: 'No',
    tpcRepairPending: 'No',
    volatileSramCorrectable: 0,
    volatileDramCorrectable: 0,
    volatileSramUncorrectable: 0,
    volatileSramParity: 0,
    volatileDramUncorrectable: 0,
    aggregateSramCorrectable: 0,
    aggregateDramCorrectable: 0,
    aggregateSramUncorrectable: 0,
    aggregateSramParity: 0,
    aggregateDramUncorrectable: 0,
    retiredSingleBit: null,
    retiredDoubleBit: null,
    retirementPending: null,
    remappedRows: { correctable: 0, uncorrectable: 0, pending: 'No', failure: 'No', banks: BANKS },
    fabricState: 'Completed',
    fabricStatus: 'Success',
    fabricHealth: 'Healthy',
    recoveryAction: 'None',
    migMode: 'Disabled',
    pendingMigMode: 'Disabled',
    migDevices: [],
    processes: [{ pid: 4321 + index, name: 'VLLM::EngineCore', usedMib: 70656 }],
  };
}

/** An A100 cut into instances: the driver gives neither utilisation nor remapped rows of the whole card. */
export function migXmlValues(instanceIds: readonly number[] = [3, 4]): Partial<GpuXmlValues> {
  return {
    name: 'NVIDIA A100-SXM4-80GB',
    architecture: 'Ampere',
    migMode: 'Enabled',
    pendingMigMode: 'Enabled',
    gpuUtilPercent: null,
    memoryUtilPercent: null,
    encoderUtilPercent: null,
    decoderUtilPercent: null,
    remappedRows: null,
    migDevices: instanceIds.map((gpuInstanceId, index) => ({
      index,
      gpuInstanceId,
      computeInstanceId: 0,
      totalMib: 19968,
      usedMib: 12 + index,
    })),
    processes: instanceIds.map((gpuInstanceId, index) => ({ pid: 5000 + index, usedMib: 12 + index, gpuInstanceId })),
  };
}

/** What a guest sees of its share of a board: no temperature, power, link or health. */
export function vgpuXmlValues(): Partial<GpuXmlValues> {
  return {
    name: 'GRID A100-10C',
    brand: 'NVIDIA Virtual Compute Server',
    architecture: 'Ampere',
    virtualizationMode: 'VGPU',
    totalMib: 10240,
    reservedMib: 916,
    usedMib: 0,
    freeMib: 9323,
    ...NO_SENSORS,
    pcieGeneration: null,
    pcieMaxGeneration: null,
    pcieDeviceMaxGeneration: null,
    pcieHostMaxGeneration: null,
    pcieWidth: null,
    pcieMaxWidth: null,
    remappedRows: null,
    fabricState: null,
    fabricStatus: null,
    fabricHealth: null,
    processes: [],
  };
}

const NO_SENSORS = {
  gpuCelsius: null,
  memoryCelsius: null,
  memoryMaxOperatingCelsius: null,
  marginCelsius: null,
  averageWatts: null,
  instantWatts: null,
  enforcedLimitWatts: null,
  requestedLimitWatts: null,
  defaultLimitWatts: null,
  minLimitWatts: null,
  maxLimitWatts: null,
} as const;
