import {
  NO_NVLINK,
  NO_PROFILING,
  NO_XID,
  type ClockEventReason,
  type Gap,
  type Gpu,
  type GpuProcess,
  type MigDevice,
} from '@app/core';
import { dcgmOnlyReason, gapsOf } from './gpu-gaps.js';
import * as fields from './smi-fields.js';
import { SmiReader, type Issue } from './smi-reader.js';
import { asList, COUNT, findElement, isElement, MEBIBYTES, readWord } from './smi-values.js';

/** The GPUs of one log, and what it does not say. */
export interface NvidiaSmiReading {
  readonly gpus: readonly Gpu[];
  readonly gaps: readonly Gap[];
  /** The log marks its devices as simulated. */
  readonly simulated: boolean;
  /** Parts that are there and could not be understood. */
  readonly unreadable: readonly string[];
}

const ENABLED = { Enabled: true, Disabled: false };
const YES_NO = { Yes: true, No: false };
const STATES = Object.fromEntries(Array.from({ length: 16 }, (_, state) => [`P${state}`, `P${state}`]));

export interface NvidiaSmiMapOptions {
  /** Only a part of the log is at hand, so that what is missing says nothing about the driver. */
  readonly isCut?: boolean;
}

/** More than a machine has. */
const MOST_GPUS = 256;

/** Reads what xml2js made of `nvidia-smi -q -x`, whatever its schema version. */
export function mapNvidiaSmi(parsedXml: unknown, options: NvidiaSmiMapOptions = {}): NvidiaSmiReading {
  const log = findElement(parsedXml, 'nvidia_smi_log');
  if (!isElement(log)) {
    const gap: Gap = { signal: 'gpus', status: 'failed', reason: 'there is no nvidia_smi_log element' };
    return { gpus: [], gaps: [gap], simulated: false, unreadable: ['nvidia_smi_log'] };
  }
  const elements = asList(log.gpu);
  const described = elements.filter(isElement).slice(0, MOST_GPUS);
  const reader = new SmiReader();
  const gpus = described.map((element, index) => mapGpu(reader, log, element, index));
  const whyAbsent = options.isCut === true ? 'not in the part of the log that is left' : 'not reported by the driver';
  const missing = missingGpus(log, elements.length, described.length);
  return {
    gpus,
    gaps: [...missing, ...gapsOf(gpus, reader.issues, (signal) => dcgmOnlyReason(signal) ?? whyAbsent)],
    simulated: described.some(isSimulated),
    unreadable: [...missing, ...reader.issues.filter(isFailure)].map(({ signal, reason }) => `${signal}: ${reason}`),
  };
}

function isFailure(issue: Issue): boolean {
  return issue.status === 'failed';
}

/** A GPU that fell off the bus can be counted and not described. */
function missingGpus(log: unknown, elementCount: number, describedCount: number): Gap[] {
  const attached = new SmiReader().number(log, 'gpus', { unit: COUNT, paths: ['attached_gpus'] }) ?? 0;
  const expected = Math.max(attached, elementCount);
  if (describedCount >= expected) return [];
  const reason = `the driver counts ${expected} GPUs and nvidia-smi describes ${describedCount}`;
  return [{ signal: 'gpus', status: 'partial', reason }];
}

function isSimulated(gpu: unknown): boolean {
  const brand = new SmiReader().text(gpu, 'gpus.name', 'product_brand');
  return brand !== null && /\bsimulated$/i.test(brand);
}

function mapGpu(reader: SmiReader, log: unknown, gpu: unknown, index: number): Gpu {
  return {
    index,
    uuid: reader.text(gpu, 'gpus.uuid', 'uuid'),
    pciBusId: reader.text(gpu, 'gpus.pciBusId', 'pci/pci_bus_id', '$/id'),
    name: reader.text(gpu, 'gpus.name', 'product_name'),
    architecture: reader.text(gpu, 'gpus.architecture', 'product_architecture'),
    driverVersion: reader.text(log, 'gpus.driverVersion', 'driver_version', 'kmd_version'),
    cudaVersion: reader.text(log, 'gpus.cudaVersion', 'cuda_version', 'cuda_umd_version'),
    performanceState: reader.word(gpu, 'gpus.performanceState', STATES, 'performance_state'),
    persistenceMode: reader.word(gpu, 'gpus.persistenceMode', ENABLED, 'persistence_mode'),
    computeMode: reader.text(gpu, 'gpus.computeMode', 'compute_mode'),
    virtualizationMode: reader.textOrNone(
      gpu,
      'gpus.virtualizationMode',
      'gpu_virtualization_mode/virtualization_mode',
    ),
    numaNode: null,
    numaCpus: null,
    utilization: reader.numbers(gpu, 'gpus.utilization', fields.UTILIZATION),
    memory: mapMemory(reader, gpu),
    temperature: reader.numbers(gpu, 'gpus.temperature', fields.TEMPERATURE),
    fanRatio: reader.number(gpu, 'gpus.fanRatio', fields.FAN),
    power: reader.numbers(gpu, 'gpus.power', fields.POWER),
    energyJoules: null,
    profiling: NO_PROFILING,
    clocks: reader.numbers(gpu, 'gpus.clocks', fields.CLOCKS),
    clockEventReasons: mapClockEventReasons(gpu),
    clockEventSeconds: reader.numbers(gpu, 'gpus.clockEventSeconds', fields.CLOCK_EVENT_SECONDS),
    pcie: mapPcie(reader, gpu),
    nvlink: NO_NVLINK,
    xid: NO_XID,
    ecc: mapEcc(reader, gpu),
    retiredPages: {
      ...reader.numbers(gpu, 'gpus.retiredPages', fields.RETIRED_PAGES),
      pending: reader.word(gpu, 'gpus.retiredPages.pending', YES_NO, ...fields.RETIREMENT_PENDING),
    },
    remappedRows: {
      ...reader.numbers(gpu, 'gpus.remappedRows', fields.REMAPPED_ROWS),
      pending: reader.word(gpu, 'gpus.remappedRows.pending', YES_NO, 'remapped_rows/remapped_row_pending'),
      failure: reader.word(gpu, 'gpus.remappedRows.failure', YES_NO, 'remapped_rows/remapped_row_failure'),
      histogram: reader.numbers(gpu, 'gpus.remappedRows.histogram', fields.REMAP_HISTOGRAM),
    },
    repairPending: {
      channel: reader.word(gpu, 'gpus.repairPending.channel', YES_NO, 'ecc_errors/channel_repair_pending'),
      tpc: reader.word(gpu, 'gpus.repairPending.tpc', YES_NO, 'ecc_errors/tpc_repair_pending'),
    },
    fabric: {
      state: reader.text(gpu, 'gpus.fabric.state', 'fabric/state'),
      status: reader.text(gpu, 'gpus.fabric.status', 'fabric/status'),
      health: reader.text(gpu, 'gpus.fabric.health', 'fabric/health/summary', 'fabric/health'),
    },
    recoveryAction: mapRecoveryAction(reader, gpu),
    mig: {
      mode: reader.word(gpu, 'gpus.mig.mode', ENABLED, 'mig_mode/current_mig'),
      pendingMode: reader.word(gpu, 'gpus.mig.pendingMode', ENABLED, 'mig_mode/pending_mig'),
      devices: asList(findElement(gpu, 'mig_devices/mig_device')).map((device) => mapMigDevice(reader, device)),
    },
    processes: mapProcesses(reader, gpu),
  };
}

function mapMemory(reader: SmiReader, gpu: unknown): Gpu['memory'] {
  const memory = reader.numbers(gpu, 'gpus.memory', fields.MEMORY);
  if (memory.totalBytes === null || memory.usedBytes === null || memory.usedBytes <= memory.totalBytes) return memory;
  const reason = 'nvidia-smi gave more used than total memory';
  reader.issues.push({ signal: 'gpus.memory.usedBytes', status: 'failed', reason });
  return { ...memory, usedBytes: null };
}

/** Where the driver does not say what GPU and slot can do together, it is the lower of what it says of each. */
function mapPcie(reader: SmiReader, gpu: unknown): Gpu['pcie'] {
  const pcie = reader.numbers(gpu, 'gpus.pcie', fields.PCIE);
  if (pcie.maxGeneration !== null) return pcie;
  const deviceMax = reader.number(gpu, 'gpus.pcie.maxGeneration', fields.DEVICE_MAX_GENERATION);
  const known = [deviceMax, pcie.hostMaxGeneration].filter((generation) => generation !== null);
  return { ...pcie, maxGeneration: known.length > 0 ? Math.min(...known) : null };
}

/** Null when no reason at all can be read; a reason unknown to us is left out. */
function mapClockEventReasons(gpu: unknown): ClockEventReason[] | null {
  const block = findElement(gpu, 'clocks_event_reasons') ?? findElement(gpu, 'clocks_throttle_reasons');
  if (!isElement(block)) return null;
  const readings = Object.entries(block).flatMap(([name, element]) => {
    const reading = readWord(element, { Active: true, 'Not Active': false });
    const reason = fields.CLOCK_EVENT_REASON_OF[name.replace(/^clocks_(event|throttle)_reasons?_/, '')];
    return reading.kind === 'value' && reason !== undefined ? [{ reason, isActive: reading.value }] : [];
  });
  if (readings.length === 0) return null;
  return readings.filter(({ isActive }) => isActive).map(({ reason }) => reason);
}

function mapEcc(reader: SmiReader, gpu: unknown): Gpu['ecc'] {
  const count = (name: keyof typeof fields.ECC_COUNTS): number | null =>
    reader.sum(gpu, `gpus.ecc.${name}`, fields.ECC_COUNTS[name]);
  return {
    mode: reader.word(gpu, 'gpus.ecc.mode', ENABLED, 'ecc_mode/current_ecc'),
    pendingMode: reader.word(gpu, 'gpus.ecc.pendingMode', ENABLED, 'ecc_mode/pending_ecc'),
    sramThresholdExceeded: reader.word(
      gpu,
      'gpus.ecc.sramThresholdExceeded',
      YES_NO,
      'ecc_errors/aggregate/sram_threshold_exceeded',
    ),
    volatileCorrected: count('volatileCorrected'),
    volatileUncorrected: count('volatileUncorrected'),
    aggregateCorrected: count('aggregateCorrected'),
    aggregateUncorrected: count('aggregateUncorrected'),
  };
}

/** Drivers before 570 answer two yes-or-no questions; newer ones name the action, and these are its words. */
function mapRecoveryAction(reader: SmiReader, gpu: unknown): string | null {
  const named = reader.textOrNone(gpu, 'gpus.recoveryAction', 'gpu_recovery_action');
  if (named !== null) return named;
  const asked = (name: string): boolean | null =>
    reader.word(gpu, 'gpus.recoveryAction', YES_NO, `gpu_reset_status/${name}`);
  const isResetRequired = asked('reset_required');
  const isDrainRecommended = asked('drain_and_reset_recommended');
  if (isResetRequired) return 'Reset';
  if (isDrainRecommended) return 'Drain and Reset';
  return isResetRequired === null ? null : 'None';
}

function mapMigDevice(reader: SmiReader, device: unknown): MigDevice {
  const count = (name: string, path: string): number | null =>
    reader.number(device, `gpus.mig.devices.${name}`, { unit: COUNT, paths: [path] });
  const bytes = (name: string, path: string): number | null =>
    reader.number(device, `gpus.mig.devices.${name}`, { unit: MEBIBYTES, paths: [path] });
  return {
    index: count('index', 'index'),
    gpuInstanceId: count('gpuInstanceId', 'gpu_instance_id'),
    computeInstanceId: count('computeInstanceId', 'compute_instance_id'),
    memoryTotalBytes: bytes('memoryTotalBytes', 'fb_memory_usage/total'),
    memoryUsedBytes: bytes('memoryUsedBytes', 'fb_memory_usage/used'),
  };
}

function mapProcesses(reader: SmiReader, gpu: unknown): GpuProcess[] {
  if (findElement(gpu, 'processes') === undefined) {
    const reason = 'the driver does not list processes';
    reader.issues.push({ signal: 'gpus.processes', status: 'absent', reason });
  }
  return asList(findElement(gpu, 'processes/process_info')).flatMap((process) => {
    const pid = reader.number(process, 'gpus.processes.pid', { unit: COUNT, paths: ['pid'] });
    if (pid === null) return [];
    const memory = { unit: MEBIBYTES, paths: ['used_memory'] };
    const instance = { unit: COUNT, paths: ['gpu_instance_id'] };
    return [
      {
        pid,
        name: reader.text(process, 'gpus.processes.name', 'process_name'),
        type: reader.text(process, 'gpus.processes.type', 'type'),
        usedMemoryBytes: reader.number(process, 'gpus.processes.usedMemoryBytes', memory),
        gpuInstanceId: reader.number(process, 'gpus.processes.gpuInstanceId', instance),
      },
    ];
  });
}
