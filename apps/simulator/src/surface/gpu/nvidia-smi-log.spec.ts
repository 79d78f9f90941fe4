import { describe, expect, it } from '@jest/globals';
import { answerFromText, toGpuReading } from '@app/metrics';
import { aGpuView, aMachineView } from '../machine-view.builder.js';
import { nvidiaSmiLog } from './nvidia-smi-log.js';

const ORIGIN = { source: 'nvidia-smi', collectedAt: '2026-03-01T12:00:00.000Z', durationMs: 1 };
const MIB = 1024 ** 2;

function readingOf(...gpus: ReturnType<typeof aGpuView>[]): ReturnType<typeof toGpuReading> {
  const view = aMachineView({ gpus });
  return toGpuReading(answerFromText(nvidiaSmiLog(view, view.gpus)), ORIGIN);
}

describe('the log of nvidia-smi as the agent reads it', () => {
  it('is whole, and of simulated GPUs', () => {
    const { section, simulated } = readingOf(aGpuView(), aGpuView({ index: 1 }));
    expect(section).toMatchObject({ status: 'ok', detail: null });
    expect(simulated).toBe(true);
  });

  it('gives back who a GPU is, how it is set and what it is at', () => {
    const { gpus } = readingOf(aGpuView());
    expect(gpus).toMatchObject([
      {
        index: 0,
        name: 'NVIDIA H100 80GB HBM3',
        architecture: 'Hopper',
        uuid: 'GPU-6a1f0c3e-9b1d-4c2e-8f00-000000000000',
        pciBusId: '00000000:1B:00.0',
        driverVersion: '595.58.03',
        cudaVersion: '13.2',
        persistenceMode: true,
        computeMode: 'Default',
        performanceState: 'P0',
        recoveryAction: 'None',
        utilization: { gpuRatio: 0.93, memoryRatio: 0.41 },
        memory: {
          totalBytes: 81_559 * MIB,
          reservedBytes: 479 * MIB,
          usedBytes: 70_000 * MIB,
          freeBytes: 11_080 * MIB,
        },
        temperature: { gpuCelsius: 61, memoryCelsius: 68, marginCelsius: 25, slowdownCelsius: null },
        fanRatio: null,
        power: {
          drawWatts: 512.34,
          enforcedLimitWatts: 650,
          requestedLimitWatts: 690,
          defaultLimitWatts: 700,
          minLimitWatts: 200,
          maxLimitWatts: 700,
        },
        clocks: { graphicsMhz: 1755, smMhz: 1740, memoryMhz: 2619, maxSmMhz: 1980, maxMemoryMhz: 2619 },
        mig: { mode: false, devices: [] },
        processes: [{ pid: 4321, name: 'VLLM::Worker', usedMemoryBytes: 69_996 * MIB }],
      },
    ]);
  });

  it('gives back what slows a GPU, its link and its errors', () => {
    const { gpus } = readingOf(aGpuView());
    expect(gpus).toMatchObject([
      {
        clockEventReasons: ['sw-power-cap'],
        clockEventSeconds: {
          swPowerCap: 7,
          syncBoost: 1,
          swThermalSlowdown: 2,
          hwThermalSlowdown: 3,
          hwPowerBrakeSlowdown: 4,
        },
        pcie: {
          generation: 5,
          width: 16,
          rxBytesPerSecond: expect.closeTo(812_345_000, -6),
          txBytesPerSecond: expect.closeTo(301_234_000, -6),
          replayCount: 3,
        },
        ecc: {
          mode: true,
          volatileCorrected: 4,
          volatileUncorrected: 6,
          aggregateCorrected: 40,
          aggregateUncorrected: 60,
        },
        remappedRows: {
          correctable: 5,
          uncorrectable: 6,
          pending: true,
          failure: false,
          histogram: { maxBanks: 2550, highBanks: 7, partialBanks: 2, lowBanks: 1, noneBanks: 0 },
        },
        repairPending: { channel: false, tpc: false },
      },
    ]);
  });

  it('tells of a T4 what a T4 tells: absolute thresholds, retired pages, no remapped rows', () => {
    const t4 = aGpuView({
      product: 'Tesla T4',
      remappedRows: null,
      temperature: { gpuCelsius: 70, memoryCelsius: null, marginCelsius: null },
    });
    expect(readingOf(t4).gpus).toMatchObject([
      {
        architecture: 'Turing',
        temperature: { slowdownCelsius: 93, shutdownCelsius: 96, maxOperatingCelsius: 85, memoryCelsius: null },
        remappedRows: { correctable: null, pending: null },
        retiredPages: { singleBit: 0, doubleBit: 0, pending: false },
        mig: { mode: null },
      },
    ]);
  });
});
