import { SECTION_NAMES, SECTION_STATUSES } from '@app/core';
import { cache, engine } from './engine.schemas.js';
import { gpu } from './gpu.schemas.js';
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

const system: Schema = object({
  cpu: object(
    fields(
      numOrNull,
      'logicalCores',
      'utilizationRatio',
      'iowaitRatio',
      'stealRatio',
      'load1m',
      'load5m',
      'load15m',
      'runnableTasks',
    ),
  ),
  memory: object(
    fields(
      numOrNull,
      'totalBytes',
      'availableBytes',
      'swapTotalBytes',
      'swapUsedBytes',
      'mlockedBytes',
      'unevictableBytes',
      'dirtyBytes',
    ),
  ),
  paging: object(
    fields(numOrNull, 'swapInBytesPerSecond', 'swapOutBytesPerSecond', 'majorFaultsPerSecond', 'oomKills'),
  ),
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
  cgroup: object({
    path: textOrNull,
    ...fields(
      numOrNull,
      'cpuThrottledRatio',
      'cpuLimitCores',
      'cpuThrottledSeconds',
      'cpuPeriods',
      'cpuThrottledPeriods',
      'memoryLimitBytes',
      'memoryCurrentBytes',
      'memoryInactiveFileBytes',
    ),
    memoryEvents: object(fields(numOrNull, 'high', 'max', 'oom', 'oomKills'), 'Cumulative.'),
  }),
  disks: list(
    object({
      mount: text,
      filesystem: textOrNull,
      ...fields(numOrNull, 'totalBytes', 'freeBytes', 'totalInodes', 'freeInodes'),
    }),
  ),
  diskIo: list(
    object({
      device: text,
      ...fields(numOrNull, 'readBytesPerSecond', 'writeBytesPerSecond', 'averageWaitSeconds', 'busyRatio'),
    }),
  ),
  network: list(
    object({
      interface: text,
      ...fields(
        numOrNull,
        'rxBytesPerSecond',
        'txBytesPerSecond',
        'errorsPerSecond',
        'dropsPerSecond',
        'packetsPerSecond',
        'linkBytesPerSecond',
      ),
    }),
  ),
  numaNodes: numOrNull,
  clock: object({ isSynchronized: boolOrNull, offsetSeconds: numOrNull }),
  uptimeSeconds: numOrNull,
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
    lastAt: time,
    kind: text,
    ...fields(numOrNull, 'code', 'pid'),
    ...fields(textOrNull, 'pciBusId', 'processName'),
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
