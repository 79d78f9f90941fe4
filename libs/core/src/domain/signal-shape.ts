import type { Cache } from './cache.js';
import type { Engine, HistogramReading, Quantiles } from './engine.js';
import type { Gpu } from './gpu.js';
import type { KernelEvent } from './kernel-event.js';
import type { System } from './system.js';

/**
 * What stands at the end of a signal path. `texts` is a list that is read as one text, `labels` are texts under names
 * that only the source knows, `none` is data without a value of its own (distributions, lists of numbers).
 */
export type LeafShape = 'number' | 'text' | 'flag' | 'texts' | 'labels' | 'none';

/** A list within a subject; its members are told apart by the fields named here. */
export interface ListShape {
  readonly each: Shape;
  readonly namedBy: readonly string[];
}
export interface GroupShape {
  readonly [field: string]: Shape;
}
export type Shape = LeafShape | ListShape | GroupShape;

/** The shape of a domain type, field by field: a field that is new in the type does not compile until it is here. */
type ShapeOf<T> = [T] extends [number]
  ? 'number'
  : [T] extends [string]
    ? 'text'
    : [T] extends [boolean]
      ? 'flag'
      : [T] extends [readonly string[]]
        ? 'texts'
        : [T] extends [readonly number[] | HistogramReading]
          ? 'none'
          : [T] extends [readonly (infer Item)[]]
            ? { readonly each: ShapeOf<Item>; readonly namedBy: readonly (keyof Item & string)[] }
            : string extends keyof T
              ? 'labels'
              : { readonly [Field in keyof T]: ShapeOf<NonNullable<T[Field]>> };

const QUANTILES: ShapeOf<Quantiles> = {
  p50Seconds: 'number',
  p95Seconds: 'number',
  p99Seconds: 'number',
  meanSeconds: 'number',
  count: 'number',
};

/** The same leaf under several names. */
function all<Name extends string, Leaf extends LeafShape>(
  leaf: Leaf,
  ...names: readonly Name[]
): { readonly [K in Name]: Leaf } {
  return Object.fromEntries(names.map((name) => [name, leaf])) as { readonly [K in Name]: Leaf };
}

export const GPU_SHAPE: ShapeOf<Gpu> = {
  ...all('number', 'index', 'numaNode', 'fanRatio', 'energyJoules'),
  ...all('text', 'uuid', 'pciBusId', 'name', 'architecture', 'driverVersion', 'cudaVersion', 'performanceState'),
  ...all('text', 'computeMode', 'virtualizationMode', 'numaCpus', 'recoveryAction'),
  persistenceMode: 'flag',
  utilization: all('number', 'gpuRatio', 'memoryRatio', 'encoderRatio', 'decoderRatio'),
  memory: all('number', 'totalBytes', 'reservedBytes', 'usedBytes', 'freeBytes'),
  temperature: {
    ...all('number', 'gpuCelsius', 'memoryCelsius', 'memoryMaxOperatingCelsius', 'marginCelsius'),
    ...all('number', 'slowdownCelsius', 'shutdownCelsius', 'maxOperatingCelsius'),
  },
  power: {
    ...all('number', 'drawWatts', 'enforcedLimitWatts', 'requestedLimitWatts', 'defaultLimitWatts'),
    ...all('number', 'minLimitWatts', 'maxLimitWatts'),
  },
  profiling: {
    ...all('number', 'smActiveRatio', 'smOccupancyRatio', 'tensorActiveRatio', 'dramActiveRatio'),
    graphicsEngineActiveRatio: 'number',
  },
  clocks: all('number', 'graphicsMhz', 'smMhz', 'memoryMhz', 'maxGraphicsMhz', 'maxSmMhz', 'maxMemoryMhz'),
  clockEventReasons: 'texts',
  clockEventSeconds: {
    ...all('number', 'swPowerCap', 'syncBoost', 'swThermalSlowdown', 'hwThermalSlowdown', 'hwPowerBrakeSlowdown'),
  },
  pcie: {
    ...all('number', 'generation', 'maxGeneration', 'hostMaxGeneration', 'width', 'maxWidth'),
    ...all('number', 'rxBytesPerSecond', 'txBytesPerSecond', 'replayCount'),
  },
  nvlink: all('number', 'replayErrors', 'recoveryErrors', 'crcErrors'),
  xid: all('number', 'lastCode', 'count'),
  ecc: {
    ...all('flag', 'mode', 'pendingMode', 'sramThresholdExceeded'),
    ...all('number', 'volatileCorrected', 'volatileUncorrected', 'aggregateCorrected', 'aggregateUncorrected'),
  },
  retiredPages: { ...all('number', 'singleBit', 'doubleBit'), pending: 'flag' },
  remappedRows: {
    ...all('number', 'correctable', 'uncorrectable'),
    ...all('flag', 'pending', 'failure'),
    histogram: all('number', 'maxBanks', 'highBanks', 'partialBanks', 'lowBanks', 'noneBanks'),
  },
  repairPending: all('flag', 'channel', 'tpc'),
  fabric: all('text', 'state', 'status', 'health'),
  mig: {
    ...all('flag', 'mode', 'pendingMode'),
    devices: {
      each: all('number', 'index', 'gpuInstanceId', 'computeInstanceId', 'memoryTotalBytes', 'memoryUsedBytes'),
      namedBy: ['gpuInstanceId', 'computeInstanceId'],
    },
  },
  processes: {
    each: { ...all('number', 'pid', 'usedMemoryBytes', 'gpuInstanceId'), ...all('text', 'name', 'type') },
    namedBy: ['pid'],
  },
};

export const SYSTEM_SHAPE: ShapeOf<System> = {
  cpu: {
    ...all('number', 'logicalCores', 'utilizationRatio', 'iowaitRatio', 'stealRatio'),
    ...all('number', 'load1m', 'load5m', 'load15m', 'runnableTasks'),
  },
  memory: {
    ...all('number', 'totalBytes', 'availableBytes', 'swapTotalBytes', 'swapUsedBytes'),
    ...all('number', 'mlockedBytes', 'unevictableBytes', 'dirtyBytes'),
  },
  paging: all('number', 'swapInBytesPerSecond', 'swapOutBytesPerSecond', 'majorFaultsPerSecond', 'oomKills'),
  pressure: {
    ...all('number', 'cpuSomeAvg10', 'cpuSomeAvg60', 'memorySomeAvg10', 'memorySomeAvg60', 'memoryFullAvg10'),
    ...all('number', 'memoryFullAvg60', 'ioSomeAvg10', 'ioSomeAvg60', 'ioFullAvg10', 'ioFullAvg60'),
  },
  cgroup: {
    path: 'text',
    ...all('number', 'cpuThrottledRatio', 'cpuLimitCores', 'cpuThrottledSeconds', 'cpuPeriods', 'cpuThrottledPeriods'),
    ...all('number', 'memoryLimitBytes', 'memoryCurrentBytes', 'memoryInactiveFileBytes'),
    memoryEvents: all('number', 'high', 'max', 'oom', 'oomKills'),
  },
  disks: {
    each: {
      ...all('text', 'mount', 'filesystem'),
      ...all('number', 'totalBytes', 'freeBytes', 'totalInodes', 'freeInodes'),
    },
    namedBy: ['mount'],
  },
  diskIo: {
    each: {
      device: 'text',
      ...all('number', 'readBytesPerSecond', 'writeBytesPerSecond', 'averageWaitSeconds', 'busyRatio'),
    },
    namedBy: ['device'],
  },
  network: {
    each: {
      interface: 'text',
      ...all('number', 'rxBytesPerSecond', 'txBytesPerSecond', 'errorsPerSecond', 'dropsPerSecond'),
      ...all('number', 'packetsPerSecond', 'linkBytesPerSecond'),
    },
    namedBy: ['interface'],
  },
  clock: { isSynchronized: 'flag', offsetSeconds: 'number' },
  ...all('number', 'numaNodes', 'uptimeSeconds'),
};

export const ENGINE_SHAPE: ShapeOf<Engine> = {
  ...all('text', 'id', 'kind', 'url', 'version', 'startedAt', 'sleepState', 'model'),
  ...all('flag', 'up', 'healthy'),
  ...all('number', 'requestsRunning', 'requestsWaiting', 'requestsWaitingCapacity', 'requestsWaitingDeferred'),
  ...all('number', 'maxNumSeqs', 'kvCacheUsageRatio', 'prefixCacheHitRatio', 'externalCacheHitRatio'),
  ...all('number', 'preemptionsPerSecond', 'promptTokensPerSecond', 'generationTokensPerSecond', 'requestsPerSecond'),
  ttft: QUANTILES,
  interTokenLatency: QUANTILES,
  queueTime: QUANTILES,
  endToEnd: QUANTILES,
  config: 'labels',
  gpuUuids: 'texts',
  process: {
    ...all('number', 'pid', 'cpuCores', 'treeCpuCores', 'residentBytes'),
    ...all('text', 'cpusAllowed', 'cgroupPath'),
    pids: 'none',
    flags: 'labels',
  },
  lora: all('number', 'maxAdapters', 'runningAdapters', 'waitingAdapters'),
  counters: {
    ...all('number', 'preemptions', 'promptTokens', 'generationTokens', 'requestsSucceeded', 'prefixCacheQueries'),
    ...all('number', 'prefixCacheHits', 'externalCacheQueries', 'externalCacheHits', 'requestsErrored'),
    ...all('number', 'requestsAborted', 'httpRequests', 'httpServerErrors', 'admissionRejections'),
    ...all('number', 'draftTokens', 'acceptedDraftTokens'),
  },
  histograms: {
    ...all('none', 'ttft', 'interTokenLatency', 'queueTime', 'prefillTime', 'decodeTime', 'iterationTokens'),
    ...all('none', 'promptTokens', 'generationTokens', 'endToEnd'),
  },
};

export const CACHE_SHAPE: ShapeOf<Cache> = {
  ...all('text', 'id', 'kind', 'mode', 'hitRatioBasis', 'version', 'model', 'engineId'),
  healthy: 'flag',
  ...all('number', 'hitRatio', 'usageRatio', 'usedBytes', 'capacityBytes', 'evictionsPerSecond'),
  ...all('number', 'retrieveSpeedTokensPerSecond', 'remoteLatencySeconds', 'remotePingErrorCode', 'pinnedObjects'),
  ...all('number', 'chunkReuseRatio', 'chunkSizeTokens'),
  counters: {
    ...all('number', 'lookupTokens', 'hitTokens', 'secondTierHitTokens', 'storedTokens', 'retrieveRequests'),
    ...all('number', 'evictions', 'storedChunks', 'evictionFailures', 'remoteReads', 'slowRetrievals'),
    ...all('number', 'allocationFailures', 'forcedUnpins'),
  },
  histograms: all('none', 'retrieveTime', 'retrieveSpeed', 'remoteGetTime', 'evictionToReuse'),
};

export const EVENT_SHAPE: ShapeOf<KernelEvent> = {
  ...all('text', 'at', 'lastAt', 'kind', 'pciBusId', 'processName', 'message'),
  ...all('number', 'code', 'pid', 'count'),
};
