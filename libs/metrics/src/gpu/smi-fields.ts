import type { ClockEventReason, Gpu } from '@app/core';
import {
  BANKS,
  CELSIUS,
  COUNT,
  GENERATION,
  KILOBYTES_PER_SECOND,
  LANES,
  MEBIBYTES,
  MEGAHERTZ,
  MICROSECONDS,
  PERCENT,
  WATTS,
  type Unit,
} from './smi-values.js';

/** A number and where drivers from 352 to 610 write it, newest names first. */
export interface NumberField {
  readonly unit: Unit;
  readonly paths: readonly string[];
}

type NumberFields<Group> = Readonly<Record<keyof Group & string, NumberField>>;

const at = (unit: Unit, ...paths: readonly string[]): NumberField => ({ unit, paths });

export const UTILIZATION: NumberFields<Gpu['utilization']> = {
  gpuRatio: at(PERCENT, 'utilization/gpu_util'),
  memoryRatio: at(PERCENT, 'utilization/memory_util'),
  encoderRatio: at(PERCENT, 'utilization/encoder_util'),
  decoderRatio: at(PERCENT, 'utilization/decoder_util'),
};

export const MEMORY: NumberFields<Gpu['memory']> = {
  totalBytes: at(MEBIBYTES, 'fb_memory_usage/total'),
  reservedBytes: at(MEBIBYTES, 'fb_memory_usage/reserved'),
  usedBytes: at(MEBIBYTES, 'fb_memory_usage/used'),
  freeBytes: at(MEBIBYTES, 'fb_memory_usage/free'),
};

/** `gpu_temp_*_tlimit_threshold` are offsets to the margin and no temperatures, so they are not read as such. */
export const TEMPERATURE: NumberFields<Gpu['temperature']> = {
  gpuCelsius: at(CELSIUS, 'temperature/gpu_temp'),
  memoryCelsius: at(CELSIUS, 'temperature/memory_temp'),
  memoryMaxOperatingCelsius: at(CELSIUS, 'temperature/gpu_temp_max_mem_threshold'),
  marginCelsius: at(CELSIUS, 'temperature/gpu_temp_tlimit'),
  slowdownCelsius: at(CELSIUS, 'temperature/gpu_temp_slow_threshold'),
  shutdownCelsius: at(CELSIUS, 'temperature/gpu_temp_max_threshold'),
  maxOperatingCelsius: at(CELSIUS, 'temperature/gpu_temp_max_gpu_threshold'),
};

/** The limits are searched at any depth: driver 610 nests them in blocks of their own. */
export const POWER: NumberFields<Gpu['power']> = {
  drawWatts: at(
    WATTS,
    'gpu_power_readings/power_draw',
    'gpu_power_readings/average_power_draw',
    'gpu_power_readings/instant_power_draw',
    'power_readings/power_draw',
  ),
  enforcedLimitWatts: at(
    WATTS,
    'gpu_power_readings/current_power_limit',
    'gpu_power_readings/**/current_power_limit',
    'power_readings/enforced_power_limit',
  ),
  requestedLimitWatts: at(
    WATTS,
    'gpu_power_readings/requested_power_limit',
    'gpu_power_readings/**/requested_power_limit',
    'power_readings/power_limit',
  ),
  defaultLimitWatts: at(
    WATTS,
    'gpu_power_readings/default_power_limit',
    'gpu_power_readings/**/default_power_limit',
    'power_readings/default_power_limit',
  ),
  minLimitWatts: at(
    WATTS,
    'gpu_power_readings/min_power_limit',
    'gpu_power_readings/**/min_power_limit',
    'power_readings/min_power_limit',
  ),
  maxLimitWatts: at(
    WATTS,
    'gpu_power_readings/max_power_limit',
    'gpu_power_readings/**/max_power_limit',
    'power_readings/max_power_limit',
  ),
};

export const CLOCKS: NumberFields<Gpu['clocks']> = {
  graphicsMhz: at(MEGAHERTZ, 'clocks/graphics_clock'),
  smMhz: at(MEGAHERTZ, 'clocks/sm_clock'),
  memoryMhz: at(MEGAHERTZ, 'clocks/mem_clock'),
  maxGraphicsMhz: at(MEGAHERTZ, 'max_clocks/graphics_clock'),
  maxSmMhz: at(MEGAHERTZ, 'max_clocks/sm_clock'),
  maxMemoryMhz: at(MEGAHERTZ, 'max_clocks/mem_clock'),
};

const counter = (name: string): NumberField =>
  at(MICROSECONDS, `clocks_event_reasons_counters/clocks_event_reasons_counters_${name}`);

export const CLOCK_EVENT_SECONDS: NumberFields<Gpu['clockEventSeconds']> = {
  swPowerCap: counter('sw_power_cap'),
  syncBoost: counter('sync_boost'),
  swThermalSlowdown: counter('sw_therm_slowdown'),
  hwThermalSlowdown: counter('hw_therm_slowdown'),
  hwPowerBrakeSlowdown: counter('hw_power_brake'),
};

export const PCIE: NumberFields<Gpu['pcie']> = {
  generation: at(GENERATION, 'pci/pci_gpu_link_info/pcie_gen/current_link_gen'),
  /** What GPU and slot can do together. */
  maxGeneration: at(GENERATION, 'pci/pci_gpu_link_info/pcie_gen/max_link_gen'),
  hostMaxGeneration: at(GENERATION, 'pci/pci_gpu_link_info/pcie_gen/max_host_link_gen'),
  width: at(LANES, 'pci/pci_gpu_link_info/link_widths/current_link_width'),
  maxWidth: at(LANES, 'pci/pci_gpu_link_info/link_widths/max_link_width'),
  rxBytesPerSecond: at(KILOBYTES_PER_SECOND, 'pci/rx_util'),
  txBytesPerSecond: at(KILOBYTES_PER_SECOND, 'pci/tx_util'),
  replayCount: at(COUNT, 'pci/replay_counter'),
};

/** What the GPU can do in any slot. */
export const DEVICE_MAX_GENERATION: NumberField = at(GENERATION, 'pci/pci_gpu_link_info/pcie_gen/max_device_link_gen');

export const RETIRED_PAGES: NumberFields<Pick<Gpu['retiredPages'], 'singleBit' | 'doubleBit'>> = {
  singleBit: at(COUNT, 'retired_pages/multiple_single_bit_retirement/retired_count'),
  doubleBit: at(COUNT, 'retired_pages/double_bit_retirement/retired_count'),
};

export const REMAPPED_ROWS: NumberFields<Pick<Gpu['remappedRows'], 'correctable' | 'uncorrectable'>> = {
  correctable: at(COUNT, 'remapped_rows/remapped_row_corr'),
  uncorrectable: at(COUNT, 'remapped_rows/remapped_row_unc'),
};

const remapHistogram = (name: string): NumberField =>
  at(BANKS, `remapped_rows/row_remapper_histogram/row_remapper_histogram_${name}`);

export const REMAP_HISTOGRAM: NumberFields<Gpu['remappedRows']['histogram']> = {
  maxBanks: remapHistogram('max'),
  highBanks: remapHistogram('high'),
  partialBanks: remapHistogram('partial'),
  lowBanks: remapHistogram('low'),
  noneBanks: remapHistogram('none'),
};

/** A count is the sum of these; within one, the first layout of which anything can be read wins. */
export type EccLayouts = readonly (readonly string[])[];

const corrected = (block: string): EccLayouts => [
  [`${block}/sram_correctable`, `${block}/dram_correctable`],
  [`${block}/single_bit/total`],
];
const uncorrected = (block: string): EccLayouts => [
  [
    `${block}/sram_uncorrectable`,
    `${block}/sram_uncorrectable_parity`,
    `${block}/sram_uncorrectable_secded`,
    `${block}/dram_uncorrectable`,
  ],
  [`${block}/double_bit/total`],
];

type EccCount = keyof Omit<Gpu['ecc'], 'mode' | 'pendingMode' | 'sramThresholdExceeded'>;

export const ECC_COUNTS: Readonly<Record<EccCount, EccLayouts>> = {
  volatileCorrected: corrected('ecc_errors/volatile'),
  volatileUncorrected: uncorrected('ecc_errors/volatile'),
  aggregateCorrected: corrected('ecc_errors/aggregate'),
  aggregateUncorrected: uncorrected('ecc_errors/aggregate'),
};

/** Endings of `clocks_event_reason_*`, before driver 535 `clocks_throttle_reason_*`. */
export const CLOCK_EVENT_REASON_OF: Readonly<Record<string, ClockEventReason>> = {
  gpu_idle: 'gpu-idle',
  applications_clocks_setting: 'applications-clocks-setting',
  sw_power_cap: 'sw-power-cap',
  hw_slowdown: 'hw-slowdown',
  hw_thermal_slowdown: 'hw-thermal-slowdown',
  hw_power_brake_slowdown: 'hw-power-brake-slowdown',
  sync_boost: 'sync-boost',
  sw_thermal_slowdown: 'sw-thermal-slowdown',
  display_clocks_setting: 'display-clocks-setting',
};

export const FAN: NumberField = at(PERCENT, 'fan_speed');

export const RETIREMENT_PENDING: readonly string[] = [
  'retired_pages/pending_retirement',
  'retired_pages/pending_blacklist',
];
