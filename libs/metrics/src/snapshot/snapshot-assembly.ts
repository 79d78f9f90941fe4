import {
  type Cache,
  type Engine,
  type Gap,
  type Gpu,
  type KernelEvent,
  normalizedBusId,
  type Section,
  type SectionName,
  type SectionStatus,
  type Snapshot,
  type System,
} from '@app/core';
import { assignProcesses } from '../engine/index.js';
import { type HostPlaces, NO_PLACES } from '../system/index.js';

/** What a source hands over; the list or value it fills stands in the snapshot under its own name. */
export interface SourceReading {
  readonly section: Section;
  readonly gaps: readonly Gap[];
  readonly simulated: boolean;
}

export interface SourceReadings {
  readonly gpu: SourceReading & { readonly gpus: readonly Gpu[] };
  readonly system: SourceReading & HostPlaces & { readonly system: System | null };
  readonly engines: SourceReading & { readonly engines: readonly Engine[] };
  readonly lmcache: SourceReading & { readonly caches: readonly Cache[] };
  readonly kernelLog: SourceReading & { readonly events: readonly KernelEvent[] };
}

export type SnapshotFrame = Pick<Snapshot, 'target' | 'hostname' | 'collectedAt' | 'durationMs'>;

/** Snapshot path of what each section fills. */
export const SECTION_SIGNALS: Record<SectionName, string> = {
  gpu: 'gpus',
  system: 'system',
  engines: 'engines',
  lmcache: 'caches',
  kernelLog: 'events',
};

/** A source without data, with the gap that says why. */
export function unreadSource(name: SectionName, status: SectionStatus, reason: string, at: string): SourceReading {
  return {
    section: { status, source: null, collectedAt: at, durationMs: 0, detail: reason },
    gaps: [{ signal: SECTION_SIGNALS[name], status, reason }],
    simulated: false,
  };
}

/** Puts the readings of one collection together. A section that was not read has no values, whatever its source handed over. */
export function assembleSnapshot(frame: SnapshotFrame, readings: SourceReadings): Snapshot {
  const { gpu, system, engines, lmcache, kernelLog } = readings;
  const all = [gpu, system, engines, lmcache, kernelLog];
  const areGpusRead = isRead(gpu.section);
  const placed = areGpusRead ? withNumaNodes(gpu.gpus, readings.system) : { gpus: [], gaps: [] };
  const known = isRead(engines.section)
    ? assignProcesses(engines.engines, system.processes, placed.gpus, areGpusRead)
    : { engines: [], gaps: [] };
  return {
    ...frame,
    simulated: all.some(({ simulated }) => simulated),
    sections: {
      gpu: gpu.section,
      system: system.section,
      engines: engines.section,
      lmcache: lmcache.section,
      kernelLog: kernelLog.section,
    },
    gpus: placed.gpus,
    system: isRead(system.section) ? system.system : null,
    engines: known.engines,
    caches: isRead(lmcache.section) ? lmcache.caches : [],
    events: isRead(kernelLog.section) ? kernelLog.events : [],
    gaps: [...all.flatMap(({ gaps }) => gaps), ...placed.gaps, ...known.gaps],
  };
}

function isRead({ status }: Section): boolean {
  return status === 'ok' || status === 'partial';
}

/** The bus id joins what the driver and the kernel know of a GPU. */
function withNumaNodes(gpus: readonly Gpu[], host: SourceReadings['system']): { gpus: readonly Gpu[]; gaps: Gap[] } {
  const places: HostPlaces = isRead(host.section) ? host : NO_PLACES;
  const joined = gpus.map((gpu) => {
    const numaNode = places.gpuNumaNodes.get(normalizedBusId(gpu.pciBusId) ?? '') ?? null;
    return { ...gpu, numaNode, numaCpus: numaNode === null ? null : (places.numaNodeCpus.get(numaNode) ?? null) };
  });
  const unknown = joined.filter(({ numaNode }) => numaNode === null).length;
  if (unknown === 0) return { gpus: joined, gaps: [] };
  const where = unknown === joined.length ? '' : ` for ${unknown} of ${joined.length} GPUs`;
  const reason = `the kernel names no NUMA node${where}`;
  const gaps = ['gpus.numaNode', 'gpus.numaCpus'].map((signal) => ({ signal, status: 'absent' as const, reason }));
  return { gpus: joined, gaps };
}
