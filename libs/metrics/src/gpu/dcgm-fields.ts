import type { ClockEventReason, Gpu } from '@app/core';
import {
  BYTES,
  BYTES_PER_SECOND,
  CELSIUS,
  COUNT,
  GENERATION,
  HERTZ,
  JOULES,
  LANES,
  MEBIBYTES,
  MEGAHERTZ,
  MEMORY_CELSIUS,
  MILLIJOULES,
  NANOSECONDS,
  PERCENT,
  RATIO,
  SECONDS,
  WATTS,
  type DcgmUnit,
} from './dcgm-values.js';

/** A metric name, and `either` for one whose unit changed between releases under the same name. */
export interface DcgmName {
  readonly name: string;
  readonly unit: DcgmUnit | 'percent-or-ratio';
}

/**
 * Names of one number, those of the exporter's shipped configuration first. DCGM 4.6 renamed nearly all fields and kept
 * the old names, and a configuration may use either; 4.7 added variants in base units.
 */
export type DcgmField = readonly DcgmName[];
export type DcgmFields<Group> = Readonly<Record<keyof Group & string, DcgmField>>;

const dev = (unit: DcgmName['unit'], ...names: readonly string[]): DcgmName[] =>
  names.map((name) => ({ unit, name: `DCGM_FI_DEV_${name}` }));
const prof = (unit: DcgmUnit, ...names: readonly string[]): DcgmName[] =>
  names.map((name) => ({ unit, name: `DCGM_FI_PROF_${name}` }));

/** `GPU_UTIL_RATIO` is a percentage in DCGM 4.6 and a ratio in 4.7. */
export const UTILIZATION: DcgmFields<Gpu['utilization']> = {
  gpuRatio: [...dev(PERCENT, 'GPU_UTIL'), ...dev('percent-or-ratio', 'GPU_UTIL_RATIO')],
  memoryRatio: [...dev(PERCENT, 'MEM_COPY_UTIL'), ...dev('percent-or-ratio', 'MEMORY_UTIL_RATIO')],
  encoderRatio: [...dev(PERCENT, 'ENC_UTIL'), ...dev('percent-or-ratio', 'ENC_UTIL_RATIO')],
  decoderRatio: [...dev(PERCENT, 'DEC_UTIL'), ...dev('percent-or-ratio', 'DEC_UTIL_RATIO')],
};

export const MEMORY: DcgmFields<Gpu['memory']> = {
  totalBytes: [...dev(MEBIBYTES, 'FB_TOTAL'), ...dev(BYTES, 'FB_CAPACITY_BYTES')],
  reservedBytes: [...dev(MEBIBYTES, 'FB_RESERVED'), ...dev(BYTES, 'FB_RESERVED_BYTES')],
  usedBytes: [...dev(MEBIBYTES, 'FB_USED'), ...dev(BYTES, 'FB_USED_BYTES')],
  freeBytes: [...dev(MEBIBYTES, 'FB_FREE'), ...dev(BYTES, 'FB_FREE_BYTES')],
};

export const TEMPERATURE: DcgmFields<Gpu['temperature']> = {
  gpuCelsius: dev(CELSIUS, 'GPU_TEMP', 'GPU_TEMP_CELSIUS'),
  memoryCelsius: dev(MEMORY_CELSIUS, 'MEMORY_TEMP', 'MEMORY_TEMP_CELSIUS'),
  memoryMaxOperatingCelsius: dev(MEMORY_CELSIUS, 'MEM_MAX_OP_TEMP', 'MEMORY_MAX_OP_TEMP_CELSIUS'),
  marginCelsius: dev(CELSIUS, 'GPU_TEMP_LIMIT', 'GPU_TEMP_MARGIN_CELSIUS'),
  slowdownCelsius: dev(CELSIUS, 'SLOWDOWN_TEMP', 'GPU_TEMP_SLOWDOWN_CELSIUS'),
  shutdownCelsius: dev(CELSIUS, 'SHUTDOWN_TEMP', 'GPU_TEMP_SHUTDOWN_CELSIUS'),
  maxOperatingCelsius: dev(CELSIUS, 'GPU_MAX_OP_TEMP', 'GPU_MAX_OP_TEMP_CELSIUS'),
};

export const POWER: DcgmFields<Gpu['power']> = {
  drawWatts: dev(WATTS, 'POWER_USAGE', 'BOARD_POWER_WATTS', 'POWER_USAGE_INSTANT', 'BOARD_POWER_RAW_WATTS'),
  enforcedLimitWatts: dev(WATTS, 'ENFORCED_POWER_LIMIT', 'BOARD_POWER_LIMIT_ENFORCED_WATTS'),
  requestedLimitWatts: dev(WATTS, 'POWER_MGMT_LIMIT', 'BOARD_POWER_LIMIT_REQUESTED_WATTS'),
  defaultLimitWatts: dev(WATTS, 'POWER_MGMT_LIMIT_DEF', 'BOARD_POWER_LIMIT_DEFAULT_WATTS'),
  minLimitWatts: dev(WATTS, 'POWER_MGMT_LIMIT_MIN', 'BOARD_POWER_LIMIT_MIN_WATTS'),
  maxLimitWatts: dev(WATTS, 'POWER_MGMT_LIMIT_MAX', 'BOARD_POWER_LIMIT_MAX_WATTS'),
};

export const ENERGY: DcgmField = [
  ...dev(MILLIJOULES, 'TOTAL_ENERGY_CONSUMPTION'),
  ...dev(JOULES, 'GPU_ENERGY_JOULES_TOTAL'),
];

export const PROFILING: DcgmFields<Gpu['profiling']> = {
  smActiveRatio: prof(RATIO, 'SM_ACTIVE', 'SM_UTIL_RATIO'),
  smOccupancyRatio: prof(RATIO, 'SM_OCCUPANCY', 'SM_OCCUPANCY_RATIO'),
  tensorActiveRatio: prof(RATIO, 'PIPE_TENSOR_ACTIVE', 'TENSOR_UTIL_RATIO'),
  dramActiveRatio: prof(RATIO, 'DRAM_ACTIVE', 'DRAM_UTIL_RATIO'),
  graphicsEngineActiveRatio: prof(RATIO, 'GR_ENGINE_ACTIVE', 'GR_ENGINE_UTIL_RATIO'),
};

/** DCGM has no graphics clock; the SM clock is its own number. */
export const CLOCKS: DcgmFields<Gpu['clocks']> = {
  graphicsMhz: [],
  smMhz: [...dev(MEGAHERTZ, 'SM_CLOCK'), ...dev(HERTZ, 'SM_CLOCK_HERTZ')],
  memoryMhz: [...dev(MEGAHERTZ, 'MEM_CLOCK'), ...dev(HERTZ, 'MEMORY_CLOCK_HERTZ')],
  maxGraphicsMhz: [],
  maxSmMhz: [...dev(MEGAHERTZ, 'MAX_SM_CLOCK'), ...dev(HERTZ, 'MAX_SM_CLOCK_HERTZ')],
  maxMemoryMhz: dev(MEGAHERTZ, 'MAX_MEM_CLOCK'),
};

const throttled = (violation: string, seconds: string): DcgmField => [
  ...dev(NANOSECONDS, `${violation}_VIOLATION`),
  ...dev(SECONDS, `GPU_${seconds}_THROTTLE_SECONDS_TOTAL`),
];

/**
 * Nanoseconds by DCGM's header and field reference; the help text of older exporters says microseconds of the same
 * numbers. DCGM counts one thermal time; it stands under the milder of the two reasons that it may be.
 */
export const CLOCK_EVENT_SECONDS: DcgmFields<Gpu['clockEventSeconds']> = {
  swPowerCap: throttled('POWER', 'POWER'),
  syncBoost: throttled('SYNC_BOOST', 'SYNC_BOOST'),
  swThermalSlowdown: throttled('THERMAL', 'THERMAL'),
  hwThermalSlowdown: [],
  hwPowerBrakeSlowdown: [],
};

export const PCIE: DcgmFields<Gpu['pcie']> = {
  generation: dev(GENERATION, 'PCIE_LINK_GEN'),
  maxGeneration: dev(GENERATION, 'PCIE_MAX_LINK_GEN'),
  hostMaxGeneration: [],
  width: dev(LANES, 'PCIE_LINK_WIDTH'),
  maxWidth: dev(LANES, 'PCIE_MAX_LINK_WIDTH'),
  rxBytesPerSecond: prof(BYTES_PER_SECOND, 'PCIE_RX_BYTES'),
  txBytesPerSecond: prof(BYTES_PER_SECOND, 'PCIE_TX_BYTES'),
  replayCount: dev(COUNT, 'PCIE_REPLAY_COUNTER', 'PCIE_REPLAY_TOTAL'),
};

export const NVLINK: DcgmFields<Pick<Gpu['nvlink'], 'replayErrors' | 'recoveryErrors'>> = {
  replayErrors: dev(COUNT, 'NVLINK_REPLAY_ERROR_COUNT_TOTAL', 'NVLINK_REPLAY_ERROR_TOTAL', 'NVLINK_REPLAY_TOTAL'),
  recoveryErrors: dev(
    COUNT,
    'NVLINK_RECOVERY_ERROR_COUNT_TOTAL',
    'NVLINK_RECOVERY_ERROR_TOTAL',
    'NVLINK_RECOVERY_TOTAL',
  ),
};

/** Errors of the flow control and of the data, counted apart up to Ampere and together from Hopper on. */
export const NVLINK_CRC_PARTS: readonly DcgmField[] = [
  dev(COUNT, 'NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL', 'NVLINK_CRC_FLIT_ERROR_TOTAL'),
  dev(COUNT, 'NVLINK_CRC_DATA_ERROR_COUNT_TOTAL', 'NVLINK_CRC_DATA_ERROR_TOTAL'),
];
export const NVLINK_CRC: DcgmField = dev(COUNT, 'NVLINK_CRC_ERROR_TOTAL');

export const XID_LAST: DcgmField = dev(COUNT, 'XID_ERRORS', 'XID_ERROR');
/** One series per code; the first counts within a window, the second since the exporter's start. */
export const XID_COUNTS: readonly string[] = ['DCGM_EXP_XID_ERRORS_COUNT', 'DCGM_EXP_XID_ERRORS_TOTAL'];

type EccCount = 'volatileCorrected' | 'volatileUncorrected' | 'aggregateCorrected' | 'aggregateUncorrected';
export const ECC_COUNTS: Readonly<Record<EccCount, DcgmField>> = {
  volatileCorrected: dev(COUNT, 'ECC_SBE_VOL_TOTAL'),
  volatileUncorrected: dev(COUNT, 'ECC_DBE_VOL_TOTAL'),
  aggregateCorrected: dev(COUNT, 'ECC_SBE_AGG_TOTAL'),
  aggregateUncorrected: dev(COUNT, 'ECC_DBE_AGG_TOTAL'),
};

export const RETIRED_PAGES: DcgmFields<Pick<Gpu['retiredPages'], 'singleBit' | 'doubleBit'>> = {
  singleBit: dev(COUNT, 'RETIRED_SBE', 'PAGE_RETIRED_SBE_TOTAL'),
  doubleBit: dev(COUNT, 'RETIRED_DBE', 'PAGE_RETIRED_DBE_TOTAL'),
};

export const REMAPPED_ROWS: DcgmFields<Pick<Gpu['remappedRows'], 'correctable' | 'uncorrectable'>> = {
  correctable: dev(COUNT, 'CORRECTABLE_REMAPPED_ROWS', 'ROW_REMAP_CORRECTABLE_TOTAL'),
  uncorrectable: dev(COUNT, 'UNCORRECTABLE_REMAPPED_ROWS', 'ROW_REMAP_UNCORRECTABLE_TOTAL'),
};

const banks = (share: string): DcgmField => dev(COUNT, `BANKS_REMAP_ROWS_AVAIL_${share}`, `BANK_REMAP_AVAIL_${share}`);

export const REMAP_HISTOGRAM: DcgmFields<Gpu['remappedRows']['histogram']> = {
  maxBanks: banks('MAX'),
  highBanks: banks('HIGH'),
  partialBanks: banks('PARTIAL'),
  lowBanks: banks('LOW'),
  noneBanks: banks('NONE'),
};

/** Yes-or-no fields, 1 or 0; a number of pages that wait counts as yes. */
export const FLAGS = {
  persistenceMode: dev(COUNT, 'PERSISTENCE_MODE'),
  eccMode: dev(COUNT, 'ECC_CURRENT', 'ECC_MODE'),
  eccPendingMode: dev(COUNT, 'ECC_PENDING'),
  sramThresholdExceeded: dev(COUNT, 'THRESHOLD_SRM', 'SRAM_EXCEEDED'),
  retirementPending: dev(COUNT, 'RETIRED_PENDING', 'PAGE_RETIRED_PENDING'),
  remapPending: dev(COUNT, 'ROW_REMAP_PENDING'),
  remapFailure: dev(COUNT, 'ROW_REMAP_FAILURE', 'ROW_REMAP_FAILED'),
  migMode: dev(COUNT, 'MIG_MODE'),
} as const;

export const PERFORMANCE_STATE: DcgmField = dev(COUNT, 'PSTATE', 'GPU_PSTATE');
export const FAN: DcgmField = dev(PERCENT, 'FAN_SPEED');
export const CLOCK_EVENTS: DcgmField = dev(COUNT, 'CLOCKS_EVENT_REASONS', 'CLOCK_THROTTLE_REASONS');

/** Bits of the mask, the same under its old name. */
export const CLOCK_EVENT_BITS: readonly (readonly [bit: number, reason: ClockEventReason])[] = [
  [0x001, 'gpu-idle'],
  [0x002, 'applications-clocks-setting'],
  [0x004, 'sw-power-cap'],
  [0x008, 'hw-slowdown'],
  [0x010, 'sync-boost'],
  [0x020, 'sw-thermal-slowdown'],
  [0x040, 'hw-thermal-slowdown'],
  [0x080, 'hw-power-brake-slowdown'],
  [0x100, 'display-clocks-setting'],
];

export const VIRTUALIZATION: DcgmField = dev(COUNT, 'VIRTUAL_MODE', 'GPU_VIRTUAL_MODE');
/** NVML's numbers in nvidia-smi's words. */
export const VIRTUALIZATION_MODES: readonly string[] = ['None', 'Pass-Through', 'VGPU', 'Host VGPU', 'Host VSGA'];
