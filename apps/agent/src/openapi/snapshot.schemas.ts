import { CLOCK_EVENT_REASONS, SECTION_NAMES, SECTION_STATUSES } from '@app/core';
import {
  bool,
  boolOrNull,
  fields,
  int,
  list,
  num,
  numOrNull,
  object,
  oneOf,
  orNull,
  ref,
  type Schema,
  text,
  textOrNull,
  time,
  timeOrNull,
} from './schema-builder.js';

const gpu: Schema = object({
  index: int,
  ...fields(textOrNull, 'uuid', 'pciBusId', 'name', 'architecture', 'driverVersion', 'cudaVersion', 'performanceState'),
  persistenceMode: boolOrNull,
  computeMode: textOrNull,
  utilization: object(fields(numOrNull, 'gpuRatio', 'memoryRatio', 'encoderRatio', 'decoderRatio')),
  memory: object(fields(numOrNull, 'totalBytes', 'reservedBytes', 'usedBytes', 'freeBytes')),
  temperature: object(
    fields(
      numOrNull,
      'gpuCelsius',
      'memoryCelsius',
      'marginCelsius',
      'slowdownCelsius',
      'shutdownCelsius',
      'maxOperatingCelsius',
    ),
  ),
  fanRatio: numOrNull,
  power: object(
    fields(
      numOrNull,
      'drawWatts',
      'enforcedLimitWatts',
      'requestedLimitWatts',
      'defaultLimitWatts',
      'minLimitWatts',
      'maxLimitWatts',
    ),
  ),
  clocks: object(fields(numOrNull, 'graphicsMhz', 'smMhz', 'memoryMhz', 'maxGraphicsMhz', 'maxSmMhz', 'maxMemoryMhz')),
  clockEventReasons: orNull(list(oneOf(CLOCK_EVENT_REASONS))),
  clockEventSeconds: object(
    fields(numOrNull, 'swPowerCap', 'syncBoost', 'swThermalSlowdown', 'hwThermalSlowdown', 'hwPowerBrakeSlowdown'),
  ),
  pcie: object(
    fields(
      numOrNull,
      'generation',
      'maxGeneration',
      'width',
      'maxWidth',
      'rxBytesPerSecond',
      'txBytesPerSecond',
      'replayCount',
    ),
  ),
  ecc: object({
    mode: boolOrNull,
    ...fields(numOrNull, 'volatileCorrected', 'volatileUncorrected', 'aggregateCorrected', 'aggregateUncorrected'),
  }),
  retiredPages: object({ ...fields(numOrNull, 'singleBit', 'doubleBit'), pending: boolOrNull }),
  remappedRows: object({
    ...fields(numOrNull, 'correctable', 'uncorrectable'),
    ...fields(boolOrNull, 'pending', 'failure'),
  }),
  recoveryAction: textOrNull,
  mig: object({
    mode: boolOrNull,
    devices: list(
      object(fields(numOrNull, 'index', 'gpuInstanceId', 'computeInstanceId', 'memoryTotalBytes', 'memoryUsedBytes')),
    ),
  }),
  processes: list(object({ pid: int, ...fields(textOrNull, 'name', 'type'), usedMemoryBytes: numOrNull })),
});

const system: Schema = object({
  cpu: object(
    fields(numOrNull, 'logicalCores', 'utilizationRatio', 'iowaitRatio', 'stealRatio', 'load1m', 'load5m', 'load15m'),
  ),
  memory: object(fields(numOrNull, 'totalBytes', 'availableBytes', 'swapTotalBytes', 'swapUsedBytes')),
  pressure: object(
    fields(
      numOrNull,
      ...['cpuSome', 'memorySome', 'memoryFull', 'ioSome', 'ioFull'].flatMap((name) => [
        `${name}Avg10`,
        `${name}Avg60`,
      ]),
    ),
    'Percent of wall time in which tasks waited, as the kernel gives it.',
  ),
  cgroup: object(
    fields(
      numOrNull,
      'cpuThrottledRatio',
      'cpuPeriods',
      'cpuThrottledPeriods',
      'memoryLimitBytes',
      'memoryCurrentBytes',
      'memoryInactiveFileBytes',
    ),
  ),
  disks: list(object({ mount: text, filesystem: textOrNull, ...fields(numOrNull, 'totalBytes', 'freeBytes') })),
  network: list(
    object({ interface: text, ...fields(numOrNull, 'rxBytesPerSecond', 'txBytesPerSecond', 'errorsPerSecond') }),
  ),
  uptimeSeconds: numOrNull,
});

const engine: Schema = object({
  id: text,
  kind: oneOf(['vllm', 'sglang']),
  url: textOrNull,
  up: bool,
  ...fields(textOrNull, 'version', 'model'),
  ...fields(
    numOrNull,
    'requestsRunning',
    'requestsWaiting',
    'requestsWaitingCapacity',
    'requestsWaitingDeferred',
    'maxNumSeqs',
    'kvCacheUsageRatio',
    'prefixCacheHitRatio',
    'preemptionsPerSecond',
    'promptTokensPerSecond',
    'generationTokensPerSecond',
    'requestsPerSecond',
  ),
  ...fields(ref('Quantiles'), 'ttft', 'interTokenLatency', 'queueTime', 'endToEnd'),
  config: { type: 'object', additionalProperties: text, description: 'Labels of cache_config_info.' },
  gpuUuids: orNull(list(text)),
  counters: object(
    fields(
      numOrNull,
      'preemptions',
      'promptTokens',
      'generationTokens',
      'requestsSucceeded',
      'prefixCacheQueries',
      'prefixCacheHits',
    ),
    'Cumulative, as scraped.',
  ),
  histograms: object(
    fields(orNull(ref('Histogram')), 'ttft', 'interTokenLatency', 'queueTime', 'prefillTime', 'endToEnd'),
    'Cumulative, as scraped.',
  ),
});

const cache: Schema = object({
  id: text,
  kind: oneOf(['lmcache']),
  mode: oneOf(['in-process', 'mp']),
  healthy: boolOrNull,
  hitRatio: numOrNull,
  hitRatioBasis: textOrNull,
  ...fields(
    numOrNull,
    'usageRatio',
    'usedBytes',
    'capacityBytes',
    'evictionsPerSecond',
    'retrieveSpeedTokensPerSecond',
    'remoteLatencySeconds',
  ),
});

/** Schemas of what is measured. */
export const SNAPSHOT_SCHEMAS: Readonly<Record<string, Schema>> = {
  Section: object({
    status: oneOf(SECTION_STATUSES),
    source: textOrNull,
    collectedAt: timeOrNull,
    durationMs: numOrNull,
    detail: textOrNull,
  }),
  Sections: object(fields(ref('Section'), ...SECTION_NAMES)),
  Quantiles: object({ ...fields(numOrNull, 'p50Seconds', 'p95Seconds', 'p99Seconds', 'meanSeconds', 'count') }),
  Histogram: object({ upperBounds: list(numOrNull), cumulativeCounts: list(num), sum: numOrNull, count: numOrNull }),
  Gpu: gpu,
  System: system,
  Engine: engine,
  Cache: cache,
  KernelEvent: object({
    at: time,
    kind: text,
    code: numOrNull,
    pciBusId: textOrNull,
    message: text,
    count: int,
  }),
  Gap: object({ signal: text, status: oneOf(SECTION_STATUSES), reason: text }),
  Snapshot: object({
    target: text,
    hostname: textOrNull,
    collectedAt: time,
    durationMs: num,
    simulated: bool,
    sections: ref('Sections'),
    gpus: list(ref('Gpu')),
    system: orNull(ref('System')),
    engines: list(ref('Engine')),
    caches: list(ref('Cache')),
    events: list(ref('KernelEvent')),
    gaps: list(ref('Gap')),
  }),
};
