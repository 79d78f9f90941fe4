import type { Gap, Gpu, MigDevice, Section } from '@app/core';
import { dcgmOnlyReason, gapsOf, nullCounts } from './gpu-gaps.js';
import type { GpuReading } from './gpu-reading.js';

export interface MergeOptions {
  /** nvidia-smi was asked for by name, so that its absence is a fault and not just the other way to read GPUs. */
  readonly isNvidiaSmiRequired?: boolean;
}

/**
 * Puts the readings of nvidia-smi and dcgm-exporter together. GPUs are matched by UUID, and dcgm-exporter fills what is
 * null. Where only one of them could be read, its GPUs stand, and the section says what is the matter with the other.
 */
export function mergeDcgm(nvidiaSmi: GpuReading, dcgm: GpuReading, options: MergeOptions = {}): GpuReading {
  const isDcgmAlone = nvidiaSmi.section.status === 'absent' && options.isNvidiaSmiRequired !== true;
  if (isDcgmAlone) return dcgm;
  if (!isRead(nvidiaSmi)) return isRead(dcgm) ? withoutNvidiaSmi(dcgm, nvidiaSmi) : bothFailed(nvidiaSmi, dcgm);
  return isRead(dcgm) ? joined(nvidiaSmi, dcgm) : withoutDcgm(nvidiaSmi, dcgm);
}

function isRead({ section }: GpuReading): boolean {
  return section.status === 'ok' || section.status === 'partial';
}

/** The section of two sources, of which the first gives the status. */
function sectionOfBoth(first: Section, second: Section, status: Section['status']): Section {
  const join = (texts: readonly (string | null)[], separator: string): string | null => {
    const known = texts.filter((text) => text !== null);
    return known.length === 0 ? null : known.join(separator);
  };
  return {
    status,
    source: join([first.source, second.source], ', '),
    collectedAt: first.collectedAt,
    durationMs: Math.max(first.durationMs ?? 0, second.durationMs ?? 0),
    detail: join([first.detail, second.detail], ' '),
  };
}

/** nvidia-smi gave nothing, so the gap is of the GPUs as a whole. */
function withoutNvidiaSmi(dcgm: GpuReading, nvidiaSmi: GpuReading): GpuReading {
  const { status, detail, source } = nvidiaSmi.section;
  const fault = { status, reason: detail ?? `${source ?? 'a source'} could not be read` };
  const section = sectionOfBoth(dcgm.section, nvidiaSmi.section, 'partial');
  return { ...dcgm, section, gaps: [{ signal: 'gpus', ...fault }, ...dcgm.gaps] };
}

/** The gaps of what only dcgm-exporter has say what is the matter with it. */
function withoutDcgm(nvidiaSmi: GpuReading, dcgm: GpuReading): GpuReading {
  const { status, detail } = dcgm.section;
  const section = sectionOfBoth(nvidiaSmi.section, dcgm.section, 'partial');
  const gaps = nvidiaSmi.gaps.map((gap) =>
    dcgmOnlyReason(gap.signal) === null ? gap : { ...gap, status, reason: detail ?? gap.reason },
  );
  return { ...nvidiaSmi, section, gaps };
}

function bothFailed(nvidiaSmi: GpuReading, dcgm: GpuReading): GpuReading {
  const section = sectionOfBoth(nvidiaSmi.section, dcgm.section, nvidiaSmi.section.status);
  return { section, gpus: [], gaps: [...nvidiaSmi.gaps, ...dcgm.gaps], simulated: false };
}

function joined(nvidiaSmi: GpuReading, dcgm: GpuReading): GpuReading {
  const byUuid = new Map(dcgm.gpus.map((gpu) => [gpu.uuid, gpu]));
  const gpus = nvidiaSmi.gpus.map((gpu) => {
    const other = gpu.uuid === null ? undefined : byUuid.get(gpu.uuid);
    return other === undefined ? gpu : filledGpu(gpu, other);
  });
  const isPartial = [nvidiaSmi, dcgm].some(({ section }) => section.status === 'partial');
  return {
    section: sectionOfBoth(nvidiaSmi.section, dcgm.section, isPartial ? 'partial' : 'ok'),
    gpus,
    gaps: [...strangerGaps(nvidiaSmi, dcgm), ...gapsOfBoth(gpus, nvidiaSmi, dcgm)],
    simulated: nvidiaSmi.simulated || dcgm.simulated,
  };
}

/** A page may be of several hosts, and a container may see only some of a host's GPUs. */
function strangerGaps(nvidiaSmi: GpuReading, dcgm: GpuReading): Gap[] {
  const own = new Set(nvidiaSmi.gpus.map(({ uuid }) => uuid));
  const known = new Set(dcgm.gpus.map(({ uuid }) => uuid));
  const only = dcgm.gpus.filter(({ uuid }) => !own.has(uuid)).length;
  const missing = nvidiaSmi.gpus.filter(({ uuid }) => !known.has(uuid)).length;
  const gap = (reason: string): Gap => ({ signal: 'gpus', status: 'partial', reason });
  return [
    ...(only === 0 ? [] : [gap(`${only} GPUs of dcgm-exporter are left out: nvidia-smi does not list them`)]),
    ...(missing === 0 ? [] : [gap(`${missing} of ${nvidiaSmi.gpus.length} GPUs are not on the page of dcgm-exporter`)]),
  ];
}

/** What was unreadable stays said while the value is missing; what was merely absent is judged anew. */
function gapsOfBoth(gpus: readonly Gpu[], nvidiaSmi: GpuReading, dcgm: GpuReading): Gap[] {
  const missing = nullCounts(gpus);
  const isFault = ({ status }: Gap): boolean => status !== 'absent';
  const own = nvidiaSmi.gaps.filter(
    (gap) => gap.signal === 'gpus' || gap.signal === 'gpus.processes' || (isFault(gap) && missing.has(gap.signal)),
  );
  const others = dcgm.gaps.filter((gap) => isFault(gap) && (gap.signal === 'gpus' || missing.has(gap.signal)));
  const general = [...own, ...others].filter(({ signal }) => signal === 'gpus');
  const issues = [...own, ...others].filter(({ signal }) => signal !== 'gpus');
  const reasonFor = (signal: string): string =>
    dcgmOnlyReason(signal) === null
      ? 'neither nvidia-smi nor dcgm-exporter gives it'
      : 'not on the page of dcgm-exporter';
  return [...general, ...gapsOf(gpus, issues, reasonFor)];
}

function filledGpu(own: Gpu, other: Gpu): Gpu {
  const mig = { ...filled(own.mig, other.mig), devices: filledDevices(own.mig.devices, other.mig.devices) };
  return { ...filled(own, other), mig };
}

/** Nulls of a value, or of any value inside it, taken from another of the same shape. */
function filled<Value>(own: Value, other: Value): Value {
  if (own === null) return other;
  if (!isGroup(own) || !isGroup(other)) return own;
  const entries = Object.entries(own).map(([name, value]) => [name, filled(value, other[name] ?? null)]);
  return Object.fromEntries(entries) as Value;
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Memory is the GPU instance's, so it says nothing of one compute instance among several in it. */
function filledDevices(own: readonly MigDevice[], others: readonly MigDevice[]): readonly MigDevice[] {
  if (own.length === 0) return others;
  return own.map((device) => {
    const isShared = own.filter(({ gpuInstanceId }) => gpuInstanceId === device.gpuInstanceId).length > 1;
    const other = others.find(({ gpuInstanceId }) => gpuInstanceId !== null && gpuInstanceId === device.gpuInstanceId);
    return other === undefined || isShared ? device : filled(device, other);
  });
}
