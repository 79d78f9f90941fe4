import type { ClockEventReason, Gap, Gpu, MigDevice } from '@app/core';
import * as fields from './dcgm-fields.js';
import { DcgmReader, type DcgmValues } from './dcgm-reader.js';
import { groupDcgmSeries, type DcgmSeries, type DcgmSeriesPage } from './dcgm-series.js';
import { COUNT, readWritten } from './dcgm-values.js';
import { gapsOf } from './gpu-gaps.js';

/** The GPUs of one dcgm-exporter page, and what it does not say. */
export interface DcgmPage {
  /** In the order of the page; a `uuid` is never null here. */
  readonly gpus: readonly Gpu[];
  readonly gaps: readonly Gap[];
  readonly simulated: boolean;
  /** Parts that are there and could not be understood. */
  readonly unreadable: readonly string[];
  /** How many series of DCGM the page has, those that name no GPU included. */
  readonly seriesCount: number;
}

const PROBLEMS_NAMED = 3;

/** Reads a `/metrics` page of dcgm-exporter, whatever fields it is configured to write. */
export function mapDcgmPage(text: string): DcgmPage {
  const page = groupDcgmSeries(text);
  const reader = new DcgmReader(page);
  const gpus = page.gpus.map((series, index) => mapGpu(reader, series, index));
  const leftOut = leftOutGaps(page);
  const broken = reader.issues.map(({ signal, reason }) => `${signal}: ${reason}`);
  const processes =
    gpus.length === 0 ? [] : [{ signal: 'gpus.processes', status: 'absent', reason: NO_PROCESSES } as const];
  return {
    gpus,
    gaps: [...leftOut, ...processes, ...gapsOf(gpus, reader.issues, () => 'not on the page of dcgm-exporter')],
    simulated: page.simulated,
    unreadable: [...leftOut.map(({ reason }) => reason), ...page.problems.slice(0, PROBLEMS_NAMED), ...broken],
    seriesCount: page.seriesCount,
  };
}

const NO_PROCESSES = 'dcgm-exporter does not list processes';

function leftOutGaps({ unnamedCount, surplusCount, gpus }: DcgmSeriesPage): Gap[] {
  const reasons = [
    unnamedCount === 0
      ? null
      : `${unnamedCount} series of dcgm-exporter have no UUID label, so nobody can tell whose they are`,
    surplusCount === 0 ? null : `${surplusCount} series are of more GPUs than the ${gpus.length} that are read`,
  ];
  return reasons
    .filter((reason) => reason !== null)
    .map((reason) => ({ signal: 'gpus', status: 'partial' as const, reason }));
}

function mapGpu(reader: DcgmReader, series: DcgmSeries, index: number): Gpu {
  const { values } = series;
  const numbers = <Name extends string>(
    name: string,
    group: Readonly<Record<Name, fields.DcgmField>>,
  ): Record<Name, number | null> => reader.numbers(values, `gpus.${name}`, group);
  const flag = (name: string, field: fields.DcgmField): boolean | null => reader.flag(values, `gpus.${name}`, field);
  return {
    ...identityOf(series, index),
    performanceState: performanceStateOf(reader, values),
    persistenceMode: flag('persistenceMode', fields.FLAGS.persistenceMode),
    computeMode: null,
    virtualizationMode: virtualizationOf(reader, values),
    numaNode: null,
    numaCpus: null,
    utilization: numbers('utilization', fields.UTILIZATION),
    memory: memoryOf(reader, values, 'gpus.memory'),
    temperature: numbers('temperature', fields.TEMPERATURE),
    fanRatio: reader.number(values, 'gpus.fanRatio', fields.FAN),
    power: numbers('power', fields.POWER),
    energyJoules: reader.number(values, 'gpus.energyJoules', fields.ENERGY),
    profiling: numbers('profiling', fields.PROFILING),
    clocks: numbers('clocks', fields.CLOCKS),
    clockEventReasons: clockEventsOf(reader, values),
    clockEventSeconds: numbers('clockEventSeconds', fields.CLOCK_EVENT_SECONDS),
    pcie: numbers('pcie', fields.PCIE),
    nvlink: { ...numbers('nvlink', fields.NVLINK), crcErrors: crcErrorsOf(reader, values) },
    xid: { lastCode: reader.number(values, 'gpus.xid.lastCode', fields.XID_LAST), count: xidCountOf(series) },
    ecc: {
      mode: flag('ecc.mode', fields.FLAGS.eccMode),
      pendingMode: flag('ecc.pendingMode', fields.FLAGS.eccPendingMode),
      sramThresholdExceeded: flag('ecc.sramThresholdExceeded', fields.FLAGS.sramThresholdExceeded),
      ...numbers('ecc', fields.ECC_COUNTS),
    },
    retiredPages: {
      ...numbers('retiredPages', fields.RETIRED_PAGES),
      pending: flag('retiredPages.pending', fields.FLAGS.retirementPending),
    },
    remappedRows: {
      ...numbers('remappedRows', fields.REMAPPED_ROWS),
      pending: flag('remappedRows.pending', fields.FLAGS.remapPending),
      failure: flag('remappedRows.failure', fields.FLAGS.remapFailure),
      histogram: numbers('remappedRows.histogram', fields.REMAP_HISTOGRAM),
    },
    repairPending: { channel: null, tpc: null },
    fabric: { state: null, status: null, health: null },
    recoveryAction: null,
    mig: migOf(reader, series),
    processes: [],
  };
}

type Identity = 'index' | 'uuid' | 'pciBusId' | 'name' | 'architecture' | 'driverVersion' | 'cudaVersion';

function identityOf({ uuid, labels }: DcgmSeries, index: number): Pick<Gpu, Identity> {
  const label = (...names: readonly string[]): string | null =>
    names.map((name) => labels.get(name)?.trim() ?? '').find((text) => text !== '') ?? null;
  return {
    index,
    uuid,
    pciBusId: label('pci_bus_id', 'DCGM_FI_DEV_PCI_BUS_ID'),
    name: label('modelName', 'DCGM_FI_DEV_NAME'),
    architecture: null,
    driverVersion: label('DCGM_FI_DRIVER_VERSION', 'DCGM_FI_SYSTEM_DRIVER_VERSION'),
    cudaVersion: cudaVersionOf(label('DCGM_FI_CUDA_DRIVER_VERSION')),
  };
}

/** `12040` is 12.4. */
function cudaVersionOf(label: string | null): string | null {
  if (label === null || !/^\d{4,6}$/.test(label)) return null;
  return `${Math.floor(Number(label) / 1000)}.${Math.floor((Number(label) % 1000) / 10)}`;
}

function performanceStateOf(reader: DcgmReader, values: DcgmValues): string | null {
  const state = reader.number(values, 'gpus.performanceState', fields.PERFORMANCE_STATE);
  // NVML's word for an unknown state is 32.
  return state === null || state > 15 ? null : `P${state}`;
}

function virtualizationOf(reader: DcgmReader, values: DcgmValues): string | null {
  const mode = reader.number(values, 'gpus.virtualizationMode', fields.VIRTUALIZATION);
  return mode === null ? null : (fields.VIRTUALIZATION_MODES[mode] ?? null);
}

/** The shipped configuration writes the three parts and not their total. */
function memoryOf(reader: DcgmReader, values: DcgmValues, signal: string): Gpu['memory'] {
  const memory = reader.numbers(values, signal, fields.MEMORY);
  const { totalBytes, reservedBytes, usedBytes, freeBytes } = memory;
  if (totalBytes !== null || reservedBytes === null || usedBytes === null || freeBytes === null) return memory;
  return { ...memory, totalBytes: reservedBytes + usedBytes + freeBytes };
}

function clockEventsOf(reader: DcgmReader, values: DcgmValues): ClockEventReason[] | null {
  const mask = reader.number(values, 'gpus.clockEventReasons', fields.CLOCK_EVENTS);
  if (mask === null) return null;
  const isSet = (bit: number): boolean => Math.floor(mask / bit) % 2 === 1;
  return fields.CLOCK_EVENT_BITS.filter(([bit]) => isSet(bit)).map(([, reason]) => reason);
}

/** Without one of the parts there is no sum. */
function crcErrorsOf(reader: DcgmReader, values: DcgmValues): number | null {
  const signal = 'gpus.nvlink.crcErrors';
  const [flit = null, data = null] = fields.NVLINK_CRC_PARTS.map((part) => reader.number(values, signal, part));
  return flit !== null && data !== null ? flit + data : reader.number(values, signal, fields.NVLINK_CRC);
}

/** All codes together; a GPU without any has one series without a code. */
function xidCountOf({ xidCounts }: DcgmSeries): number | null {
  for (const name of fields.XID_COUNTS) {
    const byCode = [...(xidCounts.get(name) ?? [])];
    // Code 0 is no error.
    const readings = byCode.map(([code, count]) => readWritten(code === '0' ? 0 : count, COUNT));
    const counts = readings.flatMap((reading) => (reading.kind === 'value' ? [reading.value] : []));
    if (counts.length > 0 && counts.length === readings.length) return counts.reduce((sum, count) => sum + count, 0);
  }
  return null;
}

/** A page with series of instances is proof of MIG; one without may be of any GPU. */
function migOf(reader: DcgmReader, { values, instances }: DcgmSeries): Gpu['mig'] {
  const devices = [...instances].sort(([one], [other]) => one - other);
  return {
    mode: devices.length > 0 || reader.flag(values, 'gpus.mig.mode', fields.FLAGS.migMode),
    pendingMode: null,
    devices: devices.map(([id, instance]) => mapMigDevice(reader, id, instance)),
  };
}

function mapMigDevice(reader: DcgmReader, gpuInstanceId: number, values: DcgmValues): MigDevice {
  const { totalBytes, usedBytes } = memoryOf(reader, values, 'gpus.mig.devices.memory');
  return {
    index: null,
    gpuInstanceId,
    computeInstanceId: null,
    memoryTotalBytes: totalBytes,
    memoryUsedBytes: usedBytes,
  };
}
