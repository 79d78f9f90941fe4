import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Clock,
  type Gpu,
  NO_NVLINK,
  NO_PROFILING,
  NO_REMAP_HISTOGRAM,
  NO_XID,
  type Section,
  type Snapshot,
  SnapshotSource,
} from '@app/core';
import { clockOf, DEFAULT_WATTS, drawOf, type FakeGpu, MAX_MHZ, MIN_WATTS } from './device-state.js';

export const SAMPLE_MS = 40;
const KEPT_SAMPLES = 25;
const COLLECT_MS = 15;

/** Samples of the device as it is now, kept as long as this process lives. */
export class DeviceSnapshots extends SnapshotSource {
  private samples: Snapshot[] = [];

  constructor(
    private readonly deviceFile: string,
    private readonly clock: Clock,
  ) {
    super();
    this.sample();
    setInterval(() => this.sample(), SAMPLE_MS);
  }

  override async collect(target: string): Promise<Snapshot> {
    await delay(COLLECT_MS);
    return { ...this.sample(), target };
  }

  override latest(target: string): Snapshot | null {
    return this.window(target).at(-1) ?? null;
  }

  override window(target: string): readonly Snapshot[] {
    return this.samples.map((snapshot) => ({ ...snapshot, target }));
  }

  override past(): readonly Snapshot[] {
    return [];
  }

  private sample(): Snapshot {
    const snapshot = snapshotOf(JSON.parse(readFileSync(this.deviceFile, 'utf8')) as FakeGpu[], this.clock.isoNow());
    this.samples = [...this.samples.slice(1 - KEPT_SAMPLES), snapshot];
    return snapshot;
  }
}

function snapshotOf(gpus: readonly FakeGpu[], collectedAt: string): Snapshot {
  const read: Section = { status: 'ok', source: 'nvidia-smi', collectedAt, durationMs: 1, detail: null };
  const absent: Section = { status: 'absent', source: null, collectedAt, durationMs: null, detail: null };
  return {
    target: '',
    hostname: 'chaos-host',
    collectedAt,
    durationMs: 1,
    simulated: true,
    sections: { gpu: read, system: absent, engines: absent, lmcache: absent, kernelLog: absent },
    gpus: gpus.map(readingOf),
    system: null,
    engines: [],
    caches: [],
    events: [],
    gaps: [],
  };
}

/** What no action and no guardrail looks at is not readable on this GPU. */
function readingOf(gpu: FakeGpu, index: number): Gpu {
  const mhz = clockOf(gpu);
  return {
    ...{ index, uuid: gpu.uuid, pciBusId: `00000000:0${index + 1}:00.0`, name: 'NVIDIA H100 80GB HBM3' },
    ...{ architecture: 'Hopper', driverVersion: '580.95.05', cudaVersion: '13.0', performanceState: 'P0' },
    ...{ persistenceMode: true, computeMode: 'Default', virtualizationMode: 'None', numaNode: null, numaCpus: null },
    utilization: { gpuRatio: 0.95, memoryRatio: 0.5, encoderRatio: 0, decoderRatio: 0 },
    memory: { totalBytes: null, reservedBytes: null, usedBytes: null, freeBytes: null },
    temperature: {
      ...{ gpuCelsius: 60, memoryCelsius: null, memoryMaxOperatingCelsius: null, marginCelsius: null },
      ...{ slowdownCelsius: null, shutdownCelsius: null, maxOperatingCelsius: null },
    },
    fanRatio: null,
    power: {
      ...{ drawWatts: drawOf(gpu), enforcedLimitWatts: gpu.limitWatts, requestedLimitWatts: gpu.limitWatts },
      ...{ defaultLimitWatts: DEFAULT_WATTS, minLimitWatts: MIN_WATTS, maxLimitWatts: DEFAULT_WATTS },
    },
    energyJoules: null,
    profiling: NO_PROFILING,
    clocks: {
      ...{ graphicsMhz: mhz, smMhz: mhz, memoryMhz: null },
      ...{ maxGraphicsMhz: MAX_MHZ, maxSmMhz: MAX_MHZ, maxMemoryMhz: null },
    },
    clockEventReasons: [],
    clockEventSeconds: {
      ...{ swPowerCap: null, syncBoost: null, swThermalSlowdown: null },
      ...{ hwThermalSlowdown: null, hwPowerBrakeSlowdown: null },
    },
    pcie: {
      ...{ generation: null, maxGeneration: null, hostMaxGeneration: null, width: null, maxWidth: null },
      ...{ rxBytesPerSecond: null, txBytesPerSecond: null, replayCount: null },
    },
    nvlink: NO_NVLINK,
    xid: NO_XID,
    ecc: {
      ...{ mode: null, pendingMode: null, sramThresholdExceeded: null, volatileCorrected: null },
      ...{ volatileUncorrected: null, aggregateCorrected: null, aggregateUncorrected: null },
    },
    retiredPages: { singleBit: null, doubleBit: null, pending: null },
    remappedRows: {
      ...{ correctable: null, uncorrectable: null, pending: null, failure: null, histogram: NO_REMAP_HISTOGRAM },
    },
    repairPending: { channel: null, tpc: null },
    fabric: { state: null, status: null, health: null },
    recoveryAction: gpu.isSick ? 'Reset' : 'None',
    mig: { mode: false, pendingMode: false, devices: [] },
    processes: [],
  };
}
