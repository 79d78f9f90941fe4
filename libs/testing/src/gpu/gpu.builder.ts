import { NO_NVLINK, NO_PROFILING, NO_XID, type Gpu } from '@app/core';

type Groups = {
  [Name in keyof Gpu]: Gpu[Name] extends readonly unknown[] | string | number | boolean | null ? never : Name;
}[keyof Gpu];

/** Every field of a GPU; of a group of fields, any part. */
export type GpuOverrides = Partial<Omit<Gpu, Groups>> & { readonly [Name in Groups]?: Partial<Gpu[Name]> };

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

function aHealthyBusyGpu(index: number): Gpu {
  return {
    index,
    uuid: `GPU-00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`,
    pciBusId: `00000000:${(0x1b + index).toString(16).toUpperCase().padStart(2, '0')}:00.0`,
    name: 'NVIDIA H100 80GB HBM3',
    architecture: 'Hopper',
    driverVersion: '580.95.05',
    cudaVersion: '13.0',
    performanceState: 'P0',
    persistenceMode: true,
    computeMode: 'Default',
    virtualizationMode: 'None',
    numaNode: null,
    numaCpus: null,
    utilization: { gpuRatio: 0.92, memoryRatio: 0.48, encoderRatio: 0, decoderRatio: 0 },
    memory: { totalBytes: 81559 * MIB, reservedBytes: 479 * MIB, usedBytes: 70 * GIB, freeBytes: 9400 * MIB },
    temperature: {
      gpuCelsius: 58,
      memoryCelsius: 66,
      memoryMaxOperatingCelsius: 95,
      marginCelsius: 29,
      slowdownCelsius: null,
      shutdownCelsius: null,
      maxOperatingCelsius: null,
    },
    fanRatio: null,
    power: {
      drawWatts: 560,
      enforcedLimitWatts: 700,
      requestedLimitWatts: 700,
      defaultLimitWatts: 700,
      minLimitWatts: 200,
      maxLimitWatts: 700,
    },
    energyJoules: null,
    profiling: NO_PROFILING,
    clocks: {
      graphicsMhz: 1980,
      smMhz: 1980,
      memoryMhz: 2619,
      maxGraphicsMhz: 1980,
      maxSmMhz: 1980,
      maxMemoryMhz: 2619,
    },
    clockEventReasons: [],
    clockEventSeconds: {
      swPowerCap: 0,
      syncBoost: 0,
      swThermalSlowdown: 0,
      hwThermalSlowdown: 0,
      hwPowerBrakeSlowdown: 0,
    },
    pcie: {
      generation: 5,
      maxGeneration: 5,
      hostMaxGeneration: 5,
      width: 16,
      maxWidth: 16,
      rxBytesPerSecond: 812_000_000,
      txBytesPerSecond: 301_000_000,
      replayCount: 0,
    },
    nvlink: NO_NVLINK,
    xid: NO_XID,
    ecc: {
      mode: true,
      pendingMode: true,
      sramThresholdExceeded: false,
      volatileCorrected: 0,
      volatileUncorrected: 0,
      aggregateCorrected: 0,
      aggregateUncorrected: 0,
    },
    retiredPages: { singleBit: null, doubleBit: null, pending: null },
    remappedRows: {
      correctable: 0,
      uncorrectable: 0,
      pending: false,
      failure: false,
      histogram: { maxBanks: 2560, highBanks: 0, partialBanks: 0, lowBanks: 0, noneBanks: 0 },
    },
    repairPending: { channel: false, tpc: false },
    fabric: { state: 'Completed', status: 'Success', health: 'Healthy' },
    recoveryAction: 'None',
    mig: { mode: false, pendingMode: false, devices: [] },
    processes: [
      { pid: 4321 + index, name: 'VLLM::EngineCore', type: 'C', usedMemoryBytes: 69 * GIB, gpuInstanceId: null },
    ],
  };
}

/** A healthy, busy H100; groups of fields are merged, so that one value can be changed alone. */
export function aGpu(overrides: GpuOverrides = {}): Gpu {
  const gpu = aHealthyBusyGpu(overrides.index ?? 0);
  return {
    ...gpu,
    ...overrides,
    utilization: { ...gpu.utilization, ...overrides.utilization },
    memory: { ...gpu.memory, ...overrides.memory },
    temperature: { ...gpu.temperature, ...overrides.temperature },
    power: { ...gpu.power, ...overrides.power },
    profiling: { ...gpu.profiling, ...overrides.profiling },
    clocks: { ...gpu.clocks, ...overrides.clocks },
    clockEventSeconds: { ...gpu.clockEventSeconds, ...overrides.clockEventSeconds },
    pcie: { ...gpu.pcie, ...overrides.pcie },
    nvlink: { ...gpu.nvlink, ...overrides.nvlink },
    xid: { ...gpu.xid, ...overrides.xid },
    ecc: { ...gpu.ecc, ...overrides.ecc },
    retiredPages: { ...gpu.retiredPages, ...overrides.retiredPages },
    remappedRows: { ...gpu.remappedRows, ...overrides.remappedRows },
    repairPending: { ...gpu.repairPending, ...overrides.repairPending },
    fabric: { ...gpu.fabric, ...overrides.fabric },
    mig: { ...gpu.mig, ...overrides.mig },
  };
}
