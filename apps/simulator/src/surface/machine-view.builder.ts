import type { CacheView, EngineView, GpuView, HistogramView, HostView, MachineView } from '../machine/machine-view.js';
import type { CommandOutcome, HostCommand, SimulatedHost } from './host-port.js';

/** Two observations at most in each bucket, and as many beyond the last bound. */
export function aHistogram(bounds: readonly number[], sum: number): HistogramView {
  return { bounds, counts: bounds.map((_, index) => (index + 1) * 2), sum, count: (bounds.length + 1) * 2 };
}

/** A busy H100, no two of whose values are alike. */
export function aGpuView(overrides: Partial<GpuView> = {}): GpuView {
  const index = overrides.index ?? 0;
  return {
    index,
    product: 'NVIDIA H100 80GB HBM3',
    uuid: `GPU-6a1f0c3e-9b1d-4c2e-8f00-0000000000${String(index).padStart(2, '0')}`,
    serial: `165012345678${index}`,
    pciBusId: `00000000:${(0x1b + 16 * index).toString(16).toUpperCase()}:00.0`,
    numaNode: 0,
    isPresent: true,
    isPersistent: true,
    computeMode: 'Default',
    performanceState: 'P0',
    utilizationRatio: 0.93,
    memoryUtilizationRatio: 0.41,
    smActiveRatio: 0.71,
    tensorActiveRatio: 0.22,
    dramActiveRatio: 0.55,
    memory: { totalMib: 81_559, reservedMib: 479, usedMib: 70_000 },
    temperature: { gpuCelsius: 61, memoryCelsius: 68, marginCelsius: 25 },
    fanRatio: null,
    power: {
      averageWatts: 512.34,
      instantWatts: 520.5,
      enforcedLimitWatts: 650,
      requestedLimitWatts: 690,
      defaultLimitWatts: 700,
      minLimitWatts: 200,
      maxLimitWatts: 700,
      energyJoules: 123_456.789,
    },
    clocks: {
      graphicsMhz: 1755,
      smMhz: 1740,
      memoryMhz: 2619,
      videoMhz: 1500,
      maxGraphicsMhz: 1980,
      maxSmMhz: 1980,
      maxMemoryMhz: 2619,
      maxVideoMhz: 1545,
      lockedMhz: null,
    },
    clockReasons: ['sw-power-cap'],
    clockReasonMicroseconds: {
      'sw-power-cap': 7_000_000,
      'sync-boost': 1_000_000,
      'sw-thermal-slowdown': 2_000_000,
      'hw-thermal-slowdown': 3_000_000,
      'hw-power-brake-slowdown': 4_000_000,
    },
    pcie: {
      generation: 5,
      maxGeneration: 5,
      width: 16,
      maxWidth: 16,
      rxKilobytesPerSecond: 812_345,
      txKilobytesPerSecond: 301_234,
      replayCount: 3,
    },
    ecc: {
      isOn: true,
      volatile: { sramCorrectable: 1, sramUncorrectable: 2, dramCorrectable: 3, dramUncorrectable: 4 },
      aggregate: { sramCorrectable: 10, sramUncorrectable: 20, dramCorrectable: 30, dramUncorrectable: 40 },
    },
    remappedRows: {
      correctable: 5,
      uncorrectable: 6,
      isPending: true,
      hasFailed: false,
      banks: { max: 2550, high: 7, partial: 2, low: 1, none: 0 },
    },
    recoveryAction: 'None',
    processes: [{ pid: 4321, name: 'VLLM::Worker', usedMib: 69_996 }],
    ...overrides,
  };
}

const FAST = [0.01, 0.1, 1];
const SIZES = [1, 10, 100, 1000];

export function anEngineView(overrides: Partial<EngineView> = {}): EngineView {
  return {
    id: 0,
    pid: 4200,
    port: 8000,
    model: 'meta-llama/Llama-3.1-8B-Instruct',
    version: '0.22.1',
    commandLine: ['vllm', 'serve', 'meta-llama/Llama-3.1-8B-Instruct'],
    startedAtMs: Date.UTC(2026, 2, 1, 6),
    state: 'serving',
    isAsleep: false,
    sleepLevel: 0,
    isPaused: false,
    gpus: [0],
    running: 37,
    waiting: 5,
    maxNumSeqs: 256,
    kvUsageRatio: 0.625,
    blockSize: 16,
    totalBlocks: 30_000,
    maxNumBatchedTokens: 8192,
    maxModelLen: 32_768,
    gpuMemoryUtilization: 0.9,
    hasCache: true,
    requestsPerSecond: 4,
    counters: {
      preemptions: 11,
      promptTokens: 5_000_000,
      promptTokensFromLocalCache: 1_200_000,
      promptTokensFromExternalCache: 300_000,
      generationTokens: 900_000,
      succeeded: 4000,
      stopped: 3900,
      cutByLength: 100,
      errored: 7,
      aborted: 3,
      prefixCacheQueries: 5_100_000,
      prefixCacheHits: 1_210_000,
      externalCacheQueries: 3_890_000,
      externalCacheHits: 310_000,
    },
    histograms: {
      ttft: aHistogram(FAST, 1.5),
      interTokenLatency: aHistogram(FAST, 2.5),
      queueTime: aHistogram(FAST, 3.5),
      prefillTime: aHistogram(FAST, 4.5),
      decodeTime: aHistogram(FAST, 5.5),
      inferenceTime: aHistogram(FAST, 6.5),
      endToEnd: aHistogram(FAST, 7.5),
      timePerOutputToken: aHistogram(FAST, 8.5),
      iterationTokens: aHistogram(SIZES, 90),
      requestPromptTokens: aHistogram(SIZES, 91),
      requestGenerationTokens: aHistogram(SIZES, 92),
      prefillComputedTokens: aHistogram(SIZES, 93),
    },
    residentBytes: 9_000_000_000,
    cpuSeconds: 5400,
    ...overrides,
  };
}

export function aCacheView(overrides: Partial<CacheView> = {}): CacheView {
  return {
    engine: 0,
    isHealthy: true,
    usedBytes: 40_000_000_000,
    capacityBytes: 64 * 1024 ** 3,
    counters: {
      lookupTokens: 3_890_000,
      lookupHitTokens: 320_000,
      requestedTokens: 321_000,
      hitTokens: 310_000,
      storedTokens: 2_000_000,
      lookups: 4000,
      retrieves: 900,
      stores: 3000,
      evictedChunks: 17,
      slowRetrievals: 2,
      remoteReads: 50,
      remoteReadBytes: 5_000_000,
      remoteWrites: 60,
      remoteWriteBytes: 6_000_000,
      remotePings: 100,
      remotePingErrors: 4,
    },
    chunkSize: 256,
    hasRemote: true,
    remoteUsedBytes: 1_000_000,
    retrieveSpeed: aHistogram(SIZES, 5000),
    retrieveSeconds: aHistogram(FAST, 0.75),
    remotePingSeconds: 0.004,
    bypassed: [],
    isFrozen: false,
    ...overrides,
  };
}

const NO_PRESSURE = { avg10: 0, avg60: 0, avg300: 0, totalMicroseconds: 0 };

export function aHostView(overrides: Partial<HostView> = {}): HostView {
  return {
    hostname: 'gpu-host-1',
    kernel: '6.8.0-60-generic',
    logicalCores: 4,
    numaNodes: 2,
    cpuSeconds: { user: 4000, nice: 8, system: 400, idle: 40_000, iowait: 40, irq: 0, softirq: 12, steal: 4 },
    load: [3.5, 2.5, 1.5],
    runnable: 6,
    memory: {
      totalBytes: 512e9,
      availableBytes: 300e9,
      freeBytes: 200e9,
      cachedBytes: 90e9,
      swapTotalBytes: 8e9,
      swapFreeBytes: 7e9,
    },
    paging: { majorFaults: 1234, swapIn: 56, swapOut: 78, oomKills: 1 },
    pressure: {
      cpu: { some: { ...NO_PRESSURE, totalMicroseconds: 5_000_000 }, full: NO_PRESSURE },
      memory: { some: { ...NO_PRESSURE, totalMicroseconds: 2_000_000 }, full: NO_PRESSURE },
      io: { some: { ...NO_PRESSURE, totalMicroseconds: 3_000_000 }, full: NO_PRESSURE },
    },
    cgroup: {
      path: '/engines',
      cpuQuotaCores: null,
      periods: 0,
      throttledPeriods: 0,
      throttledSeconds: 0,
      memoryLimitBytes: null,
      memoryCurrentBytes: 1e9,
    },
    disks: [
      {
        device: 'nvme0n1',
        mount: '/',
        filesystem: 'ext4',
        totalBytes: 2e12,
        freeBytes: 9e11,
        readBytes: 4e11,
        writtenBytes: 1e11,
        ioSeconds: 500,
      },
    ],
    network: [{ interface: 'eth0', rxBytes: 7e11, txBytes: 8e11, errors: 2 }],
    ...overrides,
  };
}

/** Two GPUs, one engine with a cache, and a host. */
export function aMachineView(overrides: Partial<MachineView> = {}): MachineView {
  return {
    atMs: Date.UTC(2026, 2, 1, 12, 0, 0, 250),
    bootedAtMs: Date.UTC(2026, 1, 20, 8),
    gpus: [aGpuView(), aGpuView({ index: 1 })],
    engines: [anEngineView()],
    caches: [aCacheView()],
    host: aHostView(),
    kernelEvents: [],
    ...overrides,
  };
}

/** A machine that stands still; remembers what it was asked to do. */
export class StillHost implements SimulatedHost {
  readonly commands: HostCommand[] = [];
  outcome: CommandOutcome = { kind: 'done' };

  constructor(public current: MachineView = aMachineView()) {}

  view(): MachineView {
    return this.current;
  }

  perform(command: HostCommand): CommandOutcome {
    this.commands.push(command);
    return this.outcome;
  }
}
