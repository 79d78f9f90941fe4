import { describe, expect, it } from '@jest/globals';
import { NO_NVLINK, NO_PROFILING, NO_XID, type Gpu } from '@app/core';
import { anNvidiaSmiLog, LOG_SCHEMAS, type GpuXmlValues, type LogOptions } from '@app/testing/gpu';
import { mapNvidiaSmi, type NvidiaSmiReading } from './nvidia-smi.mapper.js';
import { parseNvidiaSmiXml } from './nvidia-smi.xml.js';

const MIB = 1024 ** 2;

function readText(text: string): NvidiaSmiReading {
  const parsed = parseNvidiaSmiXml(text);
  if (parsed.kind !== 'data') throw new Error(`not XML: ${parsed.kind}`);
  return mapNvidiaSmi(parsed.data);
}

function read(values: Partial<GpuXmlValues> = {}, options: LogOptions = {}): NvidiaSmiReading & { gpu: Gpu } {
  const reading = readText(anNvidiaSmiLog(options).withGpu(values).build());
  const gpu = reading.gpus[0];
  if (gpu === undefined) throw new Error('no GPU was read');
  return { ...reading, gpu };
}

const SPECIAL: Partial<GpuXmlValues> = {
  fanPercent: 30,
  slowdownCelsius: 95,
  shutdownCelsius: 98,
  maxOperatingCelsius: 93,
  clockEventReasons: ['sw-power-cap', 'hw-slowdown'],
  swPowerCapUs: 204642816,
  hwThermalUs: 1500000,
  volatileSramCorrectable: 3,
  volatileDramCorrectable: 4,
  volatileSramUncorrectable: 2,
  volatileSramParity: 1,
  volatileDramUncorrectable: 5,
  retiredSingleBit: 1,
  retiredDoubleBit: 2,
  retirementPending: 'Yes',
  remappedRows: {
    correctable: 6,
    uncorrectable: 7,
    pending: 'Yes',
    failure: 'No',
    banks: { max: 2550, high: 6, partial: 3, low: 1, none: 0 },
  },
  pcieHostMaxGeneration: 6,
  pendingEccMode: 'Disabled',
  sramThresholdExceeded: 'Yes',
  tpcRepairPending: 'Yes',
  pendingMigMode: 'Enabled',
};

describe('mapNvidiaSmi', () => {
  it('reads every field of a schema 13 log in the units of the snapshot', () => {
    const { gpu, simulated, unreadable, gaps } = read(SPECIAL);
    expect(gpu).toEqual({
      index: 0,
      uuid: 'GPU-00000000-0000-4000-8000-000000000001',
      pciBusId: '00000000:1B:00.0',
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
      memory: { totalBytes: 81559 * MIB, reservedBytes: 479 * MIB, usedBytes: 71680 * MIB, freeBytes: 9400 * MIB },
      temperature: {
        gpuCelsius: 58,
        memoryCelsius: 66,
        memoryMaxOperatingCelsius: 95,
        marginCelsius: 29,
        slowdownCelsius: 95,
        shutdownCelsius: 98,
        maxOperatingCelsius: 93,
      },
      fanRatio: 0.3,
      power: {
        drawWatts: 560.21,
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
      clockEventReasons: ['sw-power-cap', 'hw-slowdown'],
      clockEventSeconds: {
        swPowerCap: 204.642816,
        syncBoost: 0,
        swThermalSlowdown: 0,
        hwThermalSlowdown: 1.5,
        hwPowerBrakeSlowdown: 0,
      },
      pcie: {
        generation: 5,
        maxGeneration: 5,
        hostMaxGeneration: 6,
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
        pendingMode: false,
        sramThresholdExceeded: true,
        volatileCorrected: 7,
        volatileUncorrected: 8,
        aggregateCorrected: 0,
        aggregateUncorrected: 0,
      },
      retiredPages: { singleBit: 1, doubleBit: 2, pending: true },
      remappedRows: {
        correctable: 6,
        uncorrectable: 7,
        pending: true,
        failure: false,
        histogram: { maxBanks: 2550, highBanks: 6, partialBanks: 3, lowBanks: 1, noneBanks: 0 },
      },
      repairPending: { channel: false, tpc: true },
      fabric: { state: 'Completed', status: 'Success', health: 'Healthy' },
      recoveryAction: 'None',
      mig: { mode: false, pendingMode: true, devices: [] },
      processes: [
        { pid: 4321, name: 'VLLM::EngineCore', type: 'C', usedMemoryBytes: 70656 * MIB, gpuInstanceId: null },
      ],
    });
    expect({ simulated, unreadable }).toEqual({ simulated: false, unreadable: [] });
    expect(gaps.filter(({ reason }) => !reason.includes('dcgm-exporter'))).toEqual([]);
  });

  it('says that energy, profiling, NVLink errors and Xids come from dcgm-exporter, and nothing of the NUMA node', () => {
    const { gaps } = read(SPECIAL);
    const signals = gaps.map(({ signal }) => signal);
    expect(signals).toContain('gpus.energyJoules');
    expect(signals.filter((signal) => /^gpus\.(profiling|nvlink|xid)\./.test(signal))).toHaveLength(10);
    expect(signals).toHaveLength(11);
    expect(gaps.every(({ status }) => status === 'absent')).toBe(true);
  });

  it.each(LOG_SCHEMAS)('finds power, clock events and ECC under the names of schema %i', (schema) => {
    const { gpu, unreadable } = read({ ...SPECIAL, volatileSramParity: 0 }, { schema });
    expect(gpu.power).toEqual(expect.objectContaining({ drawWatts: 560.21, enforcedLimitWatts: 700 }));
    expect(gpu.power.requestedLimitWatts).toBe(700);
    expect(gpu.clockEventReasons).toEqual(['sw-power-cap', 'hw-slowdown']);
    expect(gpu.ecc.volatileUncorrected).toBe(7);
    expect(unreadable).toEqual([]);
  });

  it.each([
    ['None', 'None'],
    ['Reset', 'Reset'],
    ['Drain and Reset', 'Drain and Reset'],
    [null, null],
  ])('says recovery action %s in the same word for schemas 12 and 13', (recoveryAction, expected) => {
    expect(read({ recoveryAction }, { schema: 13 }).gpu.recoveryAction).toBe(expected);
    expect(read({ recoveryAction }, { schema: 12 }).gpu.recoveryAction).toBe(expected);
    expect(read({ recoveryAction }, { schema: 11 }).gpu.recoveryAction).toBeNull();
  });

  it('takes the instantaneous power where the average is not reported', () => {
    expect(read({ averageWatts: null, instantWatts: 97.75 }).gpu.power.drawWatts).toBe(97.75);
  });

  it('drops the mark of a deprecated version name and a CUDA version that was not found', () => {
    const { gpu } = read({}, { driverVersion: '610.12 [Deprecated, use kmd_version]', cudaVersion: 'Not Found' });
    expect(gpu.driverVersion).toBe('610.12');
    expect(gpu.cudaVersion).toBeNull();
  });

  it('reads the total of the old ECC layout', () => {
    const old =
      '<ecc_errors><volatile><single_bit><total>0</total></single_bit><double_bit><total>N/A</total></double_bit></volatile>' +
      '<aggregate><single_bit><total>7</total></single_bit><double_bit><total>4</total></double_bit></aggregate></ecc_errors>';
    const text = anNvidiaSmiLog().withGpu().build();
    expect(readText(text.replace(/<ecc_errors>[\s\S]*<\/ecc_errors>/, old)).gpus[0]?.ecc).toEqual({
      mode: true,
      pendingMode: true,
      sramThresholdExceeded: null,
      volatileCorrected: 0,
      volatileUncorrected: null,
      aggregateCorrected: 7,
      aggregateUncorrected: 4,
    });
  });

  it('sums the ECC counts that a board has and gives none when one cannot be read', () => {
    expect(read({ volatileDramUncorrectable: null, volatileSramParity: 2 }).gpu.ecc.volatileUncorrected).toBe(2);
    const { gpu, unreadable } = read({ volatileDramUncorrectable: 'Unknown Error', volatileSramParity: 2 });
    expect(gpu.ecc.volatileUncorrected).toBeNull();
    expect(unreadable).toEqual(['gpus.ecc.volatileUncorrected: nvidia-smi gave "Unknown Error"']);
  });

  it.each([
    ['N/A', null],
    ['[N/A]', null],
    ['Requested functionality has been deprecated', null],
    ['[Not Supported]', null],
    ['  65 %  ', 0.65],
    ['12.5 %', 0.125],
    ['65%', 0.65],
    ['0 %', 0],
  ])('reads the utilisation "%s" as %s', (gpuUtilPercent, expected) => {
    const { gpu, unreadable } = read({ gpuUtilPercent });
    expect(gpu.utilization.gpuRatio).toBe(expected);
    expect(unreadable).toEqual([]);
  });

  it.each(['65', '65 C', '1e2 %', 'sixty %', 'ERR!', '[GPU requires reset]', '250 %', '-1 %'])(
    'gives no utilisation for "%s", and says so',
    (gpuUtilPercent) => {
      const { gpu, unreadable, gaps } = read({ gpuUtilPercent });
      expect(gpu.utilization.gpuRatio).toBeNull();
      expect(unreadable).toHaveLength(1);
      expect(gaps).toContainEqual(expect.objectContaining({ signal: 'gpus.utilization.gpuRatio', status: 'failed' }));
    },
  );

  it('does not take more used than total memory for a value', () => {
    const { gpu, gaps } = read({ totalMib: 1000, usedMib: 1001 });
    expect(gpu.memory).toEqual(expect.objectContaining({ totalBytes: 1000 * MIB, usedBytes: null }));
    expect(gaps).toContainEqual(expect.objectContaining({ signal: 'gpus.memory.usedBytes', status: 'failed' }));
  });

  it('tells no active clock event from clock events that are not reported', () => {
    expect(read({ clockEventReasons: [] }).gpu.clockEventReasons).toEqual([]);
    expect(read({ clockEventReasons: null }).gpu.clockEventReasons).toBeNull();
  });

  it('does not read offsets to the thermal limit as temperatures', () => {
    const { gpu } = read({ slowdownCelsius: null });
    expect(gpu.temperature).toEqual(expect.objectContaining({ marginCelsius: 29, slowdownCelsius: null }));
    expect(gpu.temperature.shutdownCelsius).toBeNull();
  });

  it('keeps a process whose memory the driver does not give, as under WDDM', () => {
    const { gpu, gaps } = read({ driverModel: 'WDDM', processes: [{ pid: 12, type: 'C+G', usedMib: null }] });
    expect(gpu.processes).toEqual([
      { pid: 12, name: 'python3', type: 'C+G', usedMemoryBytes: null, gpuInstanceId: null },
    ]);
    expect(gaps.map(({ signal }) => signal)).toContain('gpus.processes.usedMemoryBytes');
  });

  it('reads several GPUs in the order of the log and names each missing signal once', () => {
    const log = anNvidiaSmiLog().withGpu().withGpu({ memoryCelsius: null }).withGpu({ memoryCelsius: null });
    const { gpus, gaps } = readText(log.build());
    expect(gpus.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(new Set(gpus.map(({ uuid }) => uuid)).size).toBe(3);
    expect(gaps.filter(({ signal }) => signal === 'gpus.temperature.memoryCelsius')).toEqual([
      {
        signal: 'gpus.temperature.memoryCelsius',
        status: 'absent',
        reason: 'not reported by the driver for 2 of 3 GPUs',
      },
    ]);
  });

  it('notices GPUs that are counted and not described', () => {
    const { gaps, unreadable } = read({}, { attachedGpus: 4 });
    expect(gaps[0]).toEqual(expect.objectContaining({ signal: 'gpus', status: 'partial' }));
    expect(unreadable).toHaveLength(1);
  });

  it('recognises simulated devices by their brand', () => {
    expect(read({ brand: 'NVIDIA Simulated' }).simulated).toBe(true);
    expect(read({ brand: 'GeForce' }).simulated).toBe(false);
  });

  it.each([null, undefined, 'text', {}, { html: {} }, { nvidia_smi_log: '' }, [], 7])(
    'gives no GPU and a gap for %j',
    (parsed) => {
      const { gpus, gaps, unreadable } = mapNvidiaSmi(parsed);
      expect({ gpus, gapCount: gaps.length, unreadable }).toEqual({
        gpus: [],
        gapCount: 1,
        unreadable: ['nvidia_smi_log'],
      });
    },
  );
});
