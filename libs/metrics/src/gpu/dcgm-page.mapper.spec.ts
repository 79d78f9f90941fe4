import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { aDcgmPage, aMigGpu, aVgpuGuest, dcgmUuid, type DcgmGpuValues, type DcgmPageValues } from '@app/testing/gpu';
import { mapDcgmPage, type DcgmPage } from './dcgm-page.mapper.js';

const MIB = 1024 ** 2;

function read(gpu: DcgmGpuValues = {}, page: DcgmPageValues = {}): DcgmPage & { gpu: Gpu } {
  const reading = mapDcgmPage(aDcgmPage({ gpus: [gpu], ...page }));
  const [first] = reading.gpus;
  if (first === undefined) throw new Error('no GPU was read');
  return { ...reading, gpu: first };
}

const fields = (values: NonNullable<DcgmGpuValues['fields']>): Gpu => read({ fields: values }).gpu;

describe('mapDcgmPage', () => {
  it.each([false, true])('reads the shipped configuration in the units of the snapshot (names of 4.6: %s)', (is46) => {
    const { gpu, unreadable, simulated } = read({}, { hasNamesOf46: is46 });
    expect(gpu).toEqual(
      expect.objectContaining({
        index: 0,
        uuid: dcgmUuid(0),
        pciBusId: '00000000:1B:00.0',
        name: 'NVIDIA H100 80GB HBM3',
        driverVersion: '580.95.05',
        utilization: { gpuRatio: 0.92, memoryRatio: 0.48, encoderRatio: 0, decoderRatio: 0 },
        energyJoules: 5551899.58,
        profiling: {
          smActiveRatio: null,
          smOccupancyRatio: null,
          tensorActiveRatio: 0.41,
          dramActiveRatio: 0.520131,
          graphicsEngineActiveRatio: 0.93,
        },
        xid: { lastCode: 0, count: null },
      }),
    );
    expect(gpu.memory).toEqual({
      totalBytes: (9400 + 71680 + 479) * MIB,
      reservedBytes: 479 * MIB,
      usedBytes: 71680 * MIB,
      freeBytes: 9400 * MIB,
    });
    expect(gpu.temperature).toEqual(expect.objectContaining({ gpuCelsius: 58, memoryCelsius: 66 }));
    expect(gpu.power.drawWatts).toBe(560.21);
    expect(gpu.clocks).toEqual(expect.objectContaining({ smMhz: 1980, memoryMhz: 2619, graphicsMhz: null }));
    expect(gpu.pcie).toEqual(
      expect.objectContaining({ rxBytesPerSecond: 812_000_000, txBytesPerSecond: 301_000_000, replayCount: 0 }),
    );
    expect(gpu.remappedRows).toEqual(
      expect.objectContaining({ correctable: 0, uncorrectable: 0, failure: false, pending: null }),
    );
    expect({ unreadable, simulated }).toEqual({ unreadable: [], simulated: false });
  });

  it('reads what a configuration may add', () => {
    const gpu = fields({
      DEV_FB_TOTAL: 81920,
      DEV_POWER_VIOLATION: 2500000000,
      DEV_SYNC_BOOST_VIOLATION: 0,
      DEV_THERMAL_VIOLATION: 1000000,
      DEV_CLOCK_THROTTLE_REASONS: 0x44,
      DEV_ENFORCED_POWER_LIMIT: '650.000000',
      DEV_POWER_MGMT_LIMIT_MAX: '700.000000',
      DEV_PSTATE: 2,
      DEV_PCIE_LINK_GEN: 4,
      DEV_PCIE_MAX_LINK_WIDTH: 16,
      DEV_ECC_CURRENT: 1,
      DEV_ECC_DBE_VOL_TOTAL: 3,
      DEV_ECC_SBE_AGG_TOTAL: 12,
      DEV_RETIRED_DBE: 2,
      DEV_RETIRED_PENDING: 5,
      DEV_ROW_REMAP_PENDING: 1,
      DEV_BANKS_REMAP_ROWS_AVAIL_MAX: 2559,
      DEV_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL: 7,
      DEV_NVLINK_CRC_DATA_ERROR_COUNT_TOTAL: 2,
      DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL: 4,
      DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL: 1,
      DEV_XID_ERRORS: 79,
      'DCGM_EXP_XID_ERRORS_COUNT{xid="79"}': 2,
      'DCGM_EXP_XID_ERRORS_COUNT{xid="31"}': 3,
      PROF_SM_ACTIVE: '0.800000',
      PROF_SM_OCCUPANCY: '0.300000',
    });
    expect(gpu.memory.totalBytes).toBe(81920 * MIB);
    expect(gpu.clockEventSeconds).toEqual({
      swPowerCap: 2.5,
      syncBoost: 0,
      swThermalSlowdown: 0.001,
      hwThermalSlowdown: null,
      hwPowerBrakeSlowdown: null,
    });
    expect(gpu.clockEventReasons).toEqual(['sw-power-cap', 'hw-thermal-slowdown']);
    expect(gpu.power).toEqual(expect.objectContaining({ enforcedLimitWatts: 650, maxLimitWatts: 700 }));
    expect(gpu.performanceState).toBe('P2');
    expect(gpu.pcie).toEqual(expect.objectContaining({ generation: 4, maxWidth: 16 }));
    expect(gpu.ecc).toEqual(
      expect.objectContaining({ mode: true, volatileUncorrected: 3, aggregateCorrected: 12, volatileCorrected: null }),
    );
    expect(gpu.retiredPages).toEqual({ singleBit: null, doubleBit: 2, pending: true });
    expect(gpu.remappedRows.pending).toBe(true);
    expect(gpu.remappedRows.histogram.maxBanks).toBe(2559);
    expect(gpu.nvlink).toEqual({ replayErrors: 4, recoveryErrors: 1, crcErrors: 9 });
    expect(gpu.xid).toEqual({ lastCode: 79, count: 5 });
    expect(gpu.profiling).toEqual(expect.objectContaining({ smActiveRatio: 0.8, smOccupancyRatio: 0.3 }));
  });

  it('counts no Xid for a GPU that has one series without a code', () => {
    expect(fields({ DCGM_EXP_XID_ERRORS_COUNT: 0 }).xid.count).toBe(0);
    expect(fields({ 'DCGM_EXP_XID_ERRORS_COUNT{xid="0"}': 4 }).xid.count).toBe(0);
  });

  it.each([
    ['an integer of 32 bits', 'DEV_GPU_TEMP', '2147483632', (gpu: Gpu) => gpu.temperature.gpuCelsius],
    ['its reason "not supported"', 'DEV_FB_USED', '2147483634', (gpu: Gpu) => gpu.memory.usedBytes],
    ['an integer of 64 bits', 'DEV_FB_FREE', '9223372036854775794', (gpu: Gpu) => gpu.memory.freeBytes],
    ['a double', 'DEV_POWER_USAGE', '140737488355328.000000', (gpu: Gpu) => gpu.power.drawWatts],
    ['a double for "not supported"', 'DEV_POWER_USAGE', '140737488355330.000000', (gpu: Gpu) => gpu.power.drawWatts],
    ['a number that is none', 'DEV_POWER_USAGE', 'NaN', (gpu: Gpu) => gpu.power.drawWatts],
    ['a missing memory sensor', 'DEV_MEMORY_TEMP', '0', (gpu: Gpu) => gpu.temperature.memoryCelsius],
  ])('takes the blank of %s for no value', (_case, field, written, valueOf) => {
    const { gpu, unreadable } = read({ fields: { [field]: written } });
    expect(valueOf(gpu)).toBeNull();
    expect(unreadable).toEqual([]);
  });

  it('does not take a large energy count for a blank', () => {
    expect(fields({ DEV_TOTAL_ENERGY_CONSUMPTION: '2147483648' }).energyJoules).toBe(2147483.648);
  });

  it.each([
    ['DEV_GPU_UTIL', '101', 'gpus.utilization.gpuRatio'],
    ['DEV_GPU_UTIL', '-1', 'gpus.utilization.gpuRatio'],
    ['DEV_GPU_UTIL', '+Inf', 'gpus.utilization.gpuRatio'],
    ['DEV_GPU_TEMP', '4000', 'gpus.temperature.gpuCelsius'],
    ['PROF_DRAM_ACTIVE', '52.0', 'gpus.profiling.dramActiveRatio'],
    ['DEV_PCIE_REPLAY_COUNTER', '1.5', 'gpus.pcie.replayCount'],
  ])('gives no value for %s of %s, and says so', (field, written, signal) => {
    const { gaps, unreadable } = read({ fields: { [field]: written } });
    expect(gaps).toContainEqual(expect.objectContaining({ signal, status: 'failed' }));
    expect(unreadable).toHaveLength(1);
  });

  it.each([
    ['45', 0.45],
    ['0.450000', 0.45],
    ['0', 0],
    ['1.000000', 1],
    ['1', null],
  ])('reads the utilisation of a name that changed its unit from %s as %s', (written, expected) => {
    const { gpu, unreadable } = read({ fields: { DEV_GPU_UTIL: null, DEV_GPU_UTIL_RATIO: written } });
    expect(gpu.utilization.gpuRatio).toBe(expected);
    expect(unreadable).toHaveLength(expected === null ? 1 : 0);
  });

  it('takes the unit of a name from the other GPUs of the page', () => {
    const ratio = (written: string): DcgmGpuValues => ({ fields: { DEV_GPU_UTIL: null, DEV_GPU_UTIL_RATIO: written } });
    const ratios = mapDcgmPage(aDcgmPage({ gpus: [ratio('1'), ratio('0.300000')] }));
    const percents = mapDcgmPage(aDcgmPage({ gpus: [ratio('1'), ratio('30')] }));
    expect(ratios.gpus.map(({ utilization }) => utilization.gpuRatio)).toEqual([1, 0.3]);
    expect(percents.gpus.map(({ utilization }) => utilization.gpuRatio)).toEqual([0.01, 0.3]);
  });

  it('tells GPUs apart by UUID, also where hosts share an index and pods add labels', () => {
    const one = { gpu: '0', labels: { pod: 'a', namespace: 'x' } };
    const { gpus } = mapDcgmPage(
      aDcgmPage({ gpus: [one, { gpu: '0', fields: { DEV_GPU_TEMP: 31 } }], hasMetadata: false }),
    );
    expect(gpus.map(({ uuid, index, temperature }) => [uuid, index, temperature.gpuCelsius])).toEqual([
      [dcgmUuid(0), 0, 58],
      [dcgmUuid(1), 1, 31],
    ]);
  });

  it('leaves series without UUID out and says how many', () => {
    const stranger = { uuid: null, hasNoDefaults: true, fields: { DEV_FAN_SPEED: 0, DEV_GPU_TEMP: 99 } };
    const { gpus, gaps, unreadable } = mapDcgmPage(aDcgmPage({ gpus: [{}, stranger] }));
    expect(gpus.map(({ temperature }) => temperature.gpuCelsius)).toEqual([58]);
    expect(gaps[0]).toEqual({ signal: 'gpus', status: 'partial', reason: expect.stringContaining('2 series') });
    expect(unreadable).toHaveLength(1);
  });

  it('has nothing against series of switches and processors', () => {
    const page = `${aDcgmPage()}DCGM_FI_DEV_NVSWITCH_TEMPERATURE_CURRENT{nvswitch="0"} 41\nDCGM_FI_DEV_CPU_UTIL_TOTAL{cpu="0"} 0.2\n`;
    expect(mapDcgmPage(page).unreadable).toEqual([]);
  });

  it('keeps the values of MIG instances apart from those of the GPU', () => {
    const { gpus, unreadable } = mapDcgmPage(aDcgmPage({ gpus: aMigGpu([4, 3]) }));
    expect(gpus).toHaveLength(1);
    expect(gpus[0]?.memory.usedBytes).toBeNull();
    expect(gpus[0]?.profiling.graphicsEngineActiveRatio).toBeNull();
    expect(gpus[0]?.power.drawWatts).toBe(150.5);
    expect(gpus[0]?.mig).toEqual({
      mode: true,
      pendingMode: null,
      devices: [3, 4].map((gpuInstanceId) => ({
        index: null,
        gpuInstanceId,
        computeInstanceId: null,
        memoryTotalBytes: (19000 + 68 + 900 + (gpuInstanceId === 3 ? 1 : 0)) * MIB,
        memoryUsedBytes: (900 + (gpuInstanceId === 3 ? 1 : 0)) * MIB,
      })),
    });
    expect(unreadable).toEqual([]);
  });

  it('reads a vGPU guest, of which most series do not exist', () => {
    const { gpu, gaps, unreadable } = read(aVgpuGuest());
    expect(gpu.temperature).toEqual(expect.objectContaining({ gpuCelsius: null, memoryCelsius: null }));
    expect({ power: gpu.power.drawWatts, energy: gpu.energyJoules }).toEqual({ power: null, energy: null });
    expect(gpu.xid).toEqual({ lastCode: null, count: null });
    expect(gpu.memory).toEqual(expect.objectContaining({ usedBytes: 0, freeBytes: 9323 * MIB }));
    expect(gaps).toContainEqual({
      signal: 'gpus.power.drawWatts',
      status: 'absent',
      reason: 'not on the page of dcgm-exporter',
    });
    expect(unreadable).toEqual([]);
  });

  it('reads the CUDA version and the virtualization mode in the words of nvidia-smi', () => {
    const { gpu } = read({
      labels: { DCGM_FI_CUDA_DRIVER_VERSION: '12040' },
      fields: { DEV_VIRTUAL_MODE: 2 },
      pciBusId: null,
    });
    expect(gpu).toEqual(expect.objectContaining({ cudaVersion: '12.4', virtualizationMode: 'VGPU', pciBusId: null }));
  });

  it('recognises a simulated page', () => {
    expect(read({}, { simulated: true }).simulated).toBe(true);
  });

  it('names a few unreadable lines', () => {
    const { gpus, unreadable } = mapDcgmPage(`${aDcgmPage()}${'DCGM_FI_DEV_GPU_TEMP{UUID=" 3\n'.repeat(30)}`);
    expect(gpus).toHaveLength(1);
    expect(unreadable).toHaveLength(3);
  });

  it.each(['', 'hello', 'vllm:num_requests_running 3\n'])('finds nothing in %j', (text) => {
    expect(mapDcgmPage(text)).toEqual({ gpus: [], gaps: [], simulated: false, unreadable: [], seriesCount: 0 });
  });
});
