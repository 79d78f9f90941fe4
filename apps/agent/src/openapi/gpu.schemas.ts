import { CLOCK_EVENT_REASONS } from '@app/core';
import {
  boolOrNull,
  fields,
  int,
  list,
  numOrNull,
  object,
  oneOf,
  orNull,
  type Schema,
  textOrNull,
} from './schema-builder.js';

/** One GPU at one instant. */
export const gpu: Schema = object({
  index: int,
  ...fields(textOrNull, 'uuid', 'pciBusId', 'name', 'architecture', 'driverVersion', 'cudaVersion', 'performanceState'),
  persistenceMode: boolOrNull,
  computeMode: textOrNull,
  virtualizationMode: textOrNull,
  numaNode: numOrNull,
  numaCpus: textOrNull,
  utilization: object(fields(numOrNull, 'gpuRatio', 'memoryRatio', 'encoderRatio', 'decoderRatio')),
  memory: object(fields(numOrNull, 'totalBytes', 'reservedBytes', 'usedBytes', 'freeBytes')),
  temperature: object(
    fields(
      numOrNull,
      'gpuCelsius',
      'memoryCelsius',
      'memoryMaxOperatingCelsius',
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
  energyJoules: numOrNull,
  profiling: object(
    fields(
      numOrNull,
      'smActiveRatio',
      'smOccupancyRatio',
      'tensorActiveRatio',
      'dramActiveRatio',
      'graphicsEngineActiveRatio',
    ),
    'From dcgm-exporter.',
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
      'hostMaxGeneration',
      'width',
      'maxWidth',
      'rxBytesPerSecond',
      'txBytesPerSecond',
      'replayCount',
    ),
  ),
  nvlink: object(fields(numOrNull, 'replayErrors', 'recoveryErrors', 'crcErrors'), 'Cumulative over all links.'),
  xid: object(fields(numOrNull, 'lastCode', 'count'), 'What dcgm-exporter says; the last code stays.'),
  ecc: object({
    ...fields(boolOrNull, 'mode', 'pendingMode', 'sramThresholdExceeded'),
    ...fields(numOrNull, 'volatileCorrected', 'volatileUncorrected', 'aggregateCorrected', 'aggregateUncorrected'),
  }),
  retiredPages: object({ ...fields(numOrNull, 'singleBit', 'doubleBit'), pending: boolOrNull }),
  remappedRows: object({
    ...fields(numOrNull, 'correctable', 'uncorrectable'),
    ...fields(boolOrNull, 'pending', 'failure'),
    histogram: object(
      fields(numOrNull, 'maxBanks', 'highBanks', 'partialBanks', 'lowBanks', 'noneBanks'),
      'Memory banks by the spare rows they have left.',
    ),
  }),
  repairPending: object(fields(boolOrNull, 'channel', 'tpc')),
  fabric: object(fields(textOrNull, 'state', 'status', 'health')),
  recoveryAction: textOrNull,
  mig: object({
    ...fields(boolOrNull, 'mode', 'pendingMode'),
    devices: list(
      object(fields(numOrNull, 'index', 'gpuInstanceId', 'computeInstanceId', 'memoryTotalBytes', 'memoryUsedBytes')),
    ),
  }),
  processes: list(
    object({
      pid: int,
      ...fields(textOrNull, 'name', 'type'),
      ...fields(numOrNull, 'usedMemoryBytes', 'gpuInstanceId'),
    }),
  ),
});
