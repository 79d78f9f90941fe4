import type { Cache, Engine, Gpu, KernelEvent, Section, SectionName, Snapshot, System } from '@app/core';
import {
  NO_CGROUP,
  NO_ENGINE_COUNTERS,
  NO_ENGINE_HISTOGRAMS,
  NO_HOST_CLOCK,
  NO_NVLINK,
  NO_PAGING,
  NO_PROFILING,
  NO_REMAP_HISTOGRAM,
  NO_XID,
  SECTION_NAMES,
} from '@app/core';
import { type Patch, patched } from './patch.js';

/** Instant of second 0 of every built window. */
export const FRAME_EPOCH_MS = Date.parse('2026-03-01T12:00:00.000Z');
export const FRAME_GPU_UUID = 'GPU-11111111-2222-3333-4444-555555555555';
export const FRAME_ENGINE_ID = 'http://127.0.0.1:8000';
export const FRAME_CACHE_ID = `${FRAME_ENGINE_ID}/lmcache`;

/** ISO time of a second of the built window. */
export function frameTime(second: number): string {
  return new Date(FRAME_EPOCH_MS + second * 1000).toISOString();
}

const GIB = 1024 ** 3;

const HEALTHY_GPU: Gpu = {
  index: 0,
  uuid: FRAME_GPU_UUID,
  pciBusId: '00000000:3B:00.0',
  name: 'NVIDIA H100 80GB HBM3',
  architecture: 'Hopper',
  driverVersion: '570.86.15',
  cudaVersion: '12.8',
  performanceState: 'P0',
  persistenceMode: true,
  computeMode: 'Default',
  virtualizationMode: 'None',
  numaNode: null,
  numaCpus: null,
  utilization: { gpuRatio: 0.9, memoryRatio: 0.5, encoderRatio: 0, decoderRatio: 0 },
  memory: { totalBytes: 80 * GIB, reservedBytes: GIB, usedBytes: 72 * GIB, freeBytes: 7 * GIB },
  temperature: {
    gpuCelsius: 62,
    memoryCelsius: 70,
    memoryMaxOperatingCelsius: null,
    marginCelsius: 25,
    slowdownCelsius: 87,
    shutdownCelsius: 92,
    maxOperatingCelsius: 85,
  },
  fanRatio: null,
  power: {
    drawWatts: 500,
    enforcedLimitWatts: 700,
    requestedLimitWatts: 700,
    defaultLimitWatts: 700,
    minLimitWatts: 200,
    maxLimitWatts: 700,
  },
  energyJoules: null,
  profiling: NO_PROFILING,
  clocks: {
    graphicsMhz: 1950,
    smMhz: 1950,
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
    rxBytesPerSecond: null,
    txBytesPerSecond: null,
    replayCount: 0,
  },
  nvlink: NO_NVLINK,
  xid: NO_XID,
  ecc: {
    mode: true,
    pendingMode: true,
    sramThresholdExceeded: null,
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
    histogram: NO_REMAP_HISTOGRAM,
  },
  repairPending: { channel: null, tpc: null },
  fabric: { state: null, status: null, health: null },
  recoveryAction: 'None',
  mig: { mode: false, pendingMode: false, devices: [] },
  processes: [],
};

const HEALTHY_SYSTEM: System = {
  cpu: {
    logicalCores: 64,
    utilizationRatio: 0.3,
    iowaitRatio: 0,
    stealRatio: 0,
    load1m: 8,
    load5m: 8,
    load15m: 8,
    runnableTasks: null,
  },
  memory: {
    totalBytes: 512 * GIB,
    availableBytes: 256 * GIB,
    swapTotalBytes: 0,
    swapUsedBytes: 0,
    mlockedBytes: null,
    unevictableBytes: null,
    dirtyBytes: null,
  },
  paging: NO_PAGING,
  pressure: {
    cpuSomeAvg10: 0,
    cpuSomeAvg60: 0,
    memorySomeAvg10: 0,
    memorySomeAvg60: 0,
    memoryFullAvg10: 0,
    memoryFullAvg60: 0,
    ioSomeAvg10: 0,
    ioSomeAvg60: 0,
    ioFullAvg10: 0,
    ioFullAvg60: 0,
  },
  cgroup: { ...NO_CGROUP, cpuPeriods: 1000, cpuThrottledPeriods: 0 },
  disks: [],
  diskIo: [],
  network: [],
  numaNodes: null,
  clock: NO_HOST_CLOCK,
  uptimeSeconds: 1_000_000,
};

const NO_QUANTILES = { p50Seconds: null, p95Seconds: null, p99Seconds: null, meanSeconds: null, count: null };

const HEALTHY_ENGINE: Engine = {
  id: FRAME_ENGINE_ID,
  kind: 'vllm',
  url: FRAME_ENGINE_ID,
  up: true,
  healthy: true,
  version: '0.11.0',
  startedAt: null,
  sleepState: null,
  model: 'meta-llama/Llama-3.1-8B-Instruct',
  requestsRunning: 40,
  requestsWaiting: 0,
  requestsWaitingCapacity: 0,
  requestsWaitingDeferred: 0,
  maxNumSeqs: 256,
  kvCacheUsageRatio: 0.4,
  prefixCacheHitRatio: 0.5,
  externalCacheHitRatio: null,
  preemptionsPerSecond: 0,
  promptTokensPerSecond: 4000,
  generationTokensPerSecond: 2000,
  requestsPerSecond: 8,
  ttft: NO_QUANTILES,
  interTokenLatency: NO_QUANTILES,
  queueTime: NO_QUANTILES,
  endToEnd: NO_QUANTILES,
  config: { block_size: '16', num_gpu_blocks: '27000' },
  gpuUuids: [FRAME_GPU_UUID],
  process: null,
  lora: null,
  counters: {
    ...NO_ENGINE_COUNTERS,
    preemptions: 0,
    promptTokens: 1000,
    generationTokens: 1000,
    requestsSucceeded: 100,
    prefixCacheQueries: 1000,
    prefixCacheHits: 500,
  },
  histograms: NO_ENGINE_HISTOGRAMS,
};

const HEALTHY_CACHE: Cache = {
  id: FRAME_CACHE_ID,
  kind: 'lmcache',
  mode: 'in-process',
  healthy: true,
  hitRatio: 0.5,
  hitRatioBasis: 'lookup tokens',
  usageRatio: 0.5,
  usedBytes: 10 * GIB,
  capacityBytes: 20 * GIB,
  evictionsPerSecond: 0,
  retrieveSpeedTokensPerSecond: null,
  remoteLatencySeconds: null,
  version: '0.3.9',
  model: 'meta-llama/Llama-3.1-8B-Instruct',
  engineId: FRAME_ENGINE_ID,
  remotePingErrorCode: null,
  pinnedObjects: 0,
  chunkReuseRatio: null,
  chunkSizeTokens: 256,
  counters: {
    lookupTokens: 0,
    hitTokens: 0,
    secondTierHitTokens: null,
    storedTokens: 0,
    retrieveRequests: 0,
    evictions: 0,
    storedChunks: null,
    evictionFailures: 0,
    remoteReads: 0,
    slowRetrievals: 0,
    allocationFailures: 0,
    forcedUnpins: 0,
  },
  histograms: { retrieveTime: null, retrieveSpeed: null, remoteGetTime: null, evictionToReuse: null },
};

/** A busy, healthy H100, with what the test says instead. */
export function aFrameGpu(patch: Patch<Gpu> = {}): Gpu {
  return patched<Gpu>(HEALTHY_GPU, patch);
}

/** A host with memory to spare and no CPU limit reached. */
export function aFrameSystem(patch: Patch<System> = {}): System {
  return patched<System>(HEALTHY_SYSTEM, patch);
}

/** A vLLM engine that serves without a queue. */
export function aFrameEngine(patch: Patch<Engine> = {}): Engine {
  return patched<Engine>(HEALTHY_ENGINE, patch);
}

/** LMCache inside the engine: healthy, half full, nothing counted yet. */
export function aFrameCache(patch: Patch<Cache> = {}): Cache {
  return patched<Cache>(HEALTHY_CACHE, patch);
}

/** An XID line of the kernel log, as the driver prints its bus id: without the function digit. */
export function aFrameXid(code: number, patch: Partial<KernelEvent> = {}): KernelEvent {
  const at = patch.at ?? frameTime(0);
  return {
    at,
    lastAt: at,
    kind: 'xid',
    code,
    pciBusId: '0000:3b:00',
    pid: null,
    processName: null,
    message: 'NVRM: Xid reported by the driver',
    count: 1,
    ...patch,
  };
}

export interface FrameOptions {
  readonly gpus?: readonly Gpu[];
  readonly engines?: readonly Engine[];
  readonly caches?: readonly Cache[];
  readonly system?: System | null;
  readonly events?: readonly KernelEvent[];
  readonly sections?: Partial<Record<SectionName, Partial<Section>>>;
  readonly gaps?: Snapshot['gaps'];
}

const SECTION_SOURCES: Record<SectionName, string> = {
  gpu: 'nvidia-smi',
  system: '/proc',
  engines: `${FRAME_ENGINE_ID}/metrics`,
  lmcache: 'none',
  kernelLog: '/dev/kmsg',
};

/** A snapshot at a second of the window: one GPU, one engine, one host, all healthy, every section ok. */
export function aFrame(second: number, options: FrameOptions = {}): Snapshot {
  const at = frameTime(second);
  const section = (name: SectionName): Section => ({
    status: 'ok',
    source: SECTION_SOURCES[name],
    collectedAt: at,
    durationMs: 5,
    detail: null,
    ...options.sections?.[name],
  });
  return {
    target: 'local',
    hostname: 'gpu-host',
    collectedAt: at,
    durationMs: 20,
    simulated: false,
    sections: Object.fromEntries(SECTION_NAMES.map((name) => [name, section(name)])) as Record<SectionName, Section>,
    gpus: options.gpus ?? [aFrameGpu()],
    system: options.system === undefined ? aFrameSystem() : options.system,
    engines: options.engines ?? [aFrameEngine()],
    caches: options.caches ?? [],
    events: options.events ?? [],
    gaps: options.gaps ?? [],
  };
}

/** Frames `stepSeconds` apart from second 0, each built from its number. */
export function aWindow(count: number, stepSeconds: number, options: (frame: number) => FrameOptions): Snapshot[] {
  return Array.from({ length: count }, (_, frame) => aFrame(frame * stepSeconds, options(frame)));
}
