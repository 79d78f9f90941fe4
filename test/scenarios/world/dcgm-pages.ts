import type { GpuReadings } from './gpu-pages.js';
import type { WorldGpu } from './gpu-state.js';
import { aDcgmPage, type DcgmGpuValues, type DcgmWritten } from './writers.js';

/** What dcgm-exporter has switched on: as shipped, or with the profiling, violation and Xid counters as well. */
export type DcgmCounters = 'shipped' | 'full';

export function dcgmText(gpus: readonly (readonly [WorldGpu, GpuReadings])[], counters: DcgmCounters): string {
  return aDcgmPage({
    gpus: gpus.map(([gpu, readings]): DcgmGpuValues => ({
      uuid: gpu.uuid,
      gpu: String(gpu.index),
      pciBusId: gpu.pciBusId,
      modelName: gpu.model.name,
      fields: {
        ...shippedFields(gpu, readings),
        ...(counters === 'full' ? furtherFields(gpu, readings) : {}),
        ...gpu.pinnedDcgm,
      },
    })),
  });
}

function shippedFields(gpu: WorldGpu, readings: GpuReadings): Record<string, DcgmWritten> {
  const { model, now, remap } = gpu;
  const hasRemapper = model.remapBanks !== null;
  return {
    DEV_SM_CLOCK: readings.smMhz,
    DEV_MEM_CLOCK: readings.memoryMhz,
    DEV_MEMORY_TEMP: readings.memoryCelsius ?? 0,
    DEV_GPU_TEMP: readings.celsius,
    DEV_POWER_USAGE: readings.drawWatts.toFixed(6),
    DEV_TOTAL_ENERGY_CONSUMPTION: gpu.energyMillijoules,
    DEV_PCIE_REPLAY_COUNTER: Math.floor(gpu.replays),
    DEV_GPU_UTIL: readings.utilPercent,
    DEV_MEM_COPY_UTIL: readings.memoryUtilPercent,
    DEV_XID_ERRORS: gpu.lastXid,
    DEV_FB_FREE: model.totalMib - model.reservedMib - readings.usedMib,
    DEV_FB_USED: readings.usedMib,
    DEV_FB_RESERVED: model.reservedMib,
    DEV_UNCORRECTABLE_REMAPPED_ROWS: hasRemapper ? remap.uncorrectable : null,
    DEV_CORRECTABLE_REMAPPED_ROWS: hasRemapper ? remap.correctable : null,
    DEV_ROW_REMAP_FAILURE: hasRemapper ? (remap.failure === 'Yes' ? 1 : 0) : null,
    PROF_GR_ENGINE_ACTIVE: (now.activity * 0.98).toFixed(6),
    PROF_PIPE_TENSOR_ACTIVE: readings.tensorActive.toFixed(6),
    PROF_DRAM_ACTIVE: readings.dramActive.toFixed(6),
    PROF_PCIE_TX_BYTES: Math.round(2e4 + readings.utilPercent * 3.5e5),
    PROF_PCIE_RX_BYTES: Math.round(5e4 + readings.utilPercent * 9e5),
  };
}

function furtherFields(gpu: WorldGpu, { smActive }: GpuReadings): Record<string, DcgmWritten> {
  const { eventMicroseconds: spent, nvlinkErrors } = gpu;
  const nanoseconds = (microseconds: number): number => microseconds * 1000;
  return {
    PROF_SM_ACTIVE: smActive.toFixed(6),
    PROF_SM_OCCUPANCY: (smActive * 0.25).toFixed(6),
    DEV_POWER_VIOLATION: nanoseconds(spent.swPowerCap),
    DEV_THERMAL_VIOLATION: nanoseconds(spent.hwThermal + spent.swThermal),
    ...(gpu.model.hasFabric
      ? {
          DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL: nvlinkErrors.replay,
          DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL: nvlinkErrors.recovery,
          DEV_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL: nvlinkErrors.crc,
          DEV_NVLINK_CRC_DATA_ERROR_COUNT_TOTAL: 0,
        }
      : {}),
    ...(gpu.xidCount > 0 ? { [`DCGM_EXP_XID_ERRORS_COUNT{xid="${gpu.lastXid}"}`]: gpu.xidCount } : {}),
  };
}
