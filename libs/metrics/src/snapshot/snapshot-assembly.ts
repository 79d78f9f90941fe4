import type { Engine, Gap, Gpu, Section, SectionName, SectionStatus, Snapshot, System } from '@app/core';

/** What a source hands over; the list or value it fills stands in `gpus`, `system` or `engines`. */
export interface SourceReading {
  readonly section: Section;
  readonly gaps: readonly Gap[];
  readonly simulated: boolean;
}

export interface SourceReadings {
  readonly gpu: SourceReading & { readonly gpus: readonly Gpu[] };
  readonly system: SourceReading & { readonly system: System | null };
  readonly engines: SourceReading & { readonly engines: readonly Engine[] };
  readonly lmcache: SourceReading;
  readonly kernelLog: SourceReading;
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
  const gpus = isRead(gpu.section) ? gpu.gpus : [];
  const placed = isRead(engines.section) ? withGpus(engines.engines, gpus, isRead(gpu.section)) : [];
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
    gpus,
    system: isRead(system.section) ? system.system : null,
    engines: placed,
    caches: [],
    events: [],
    gaps: [...all.flatMap(({ gaps }) => gaps), ...gpuAssignmentGaps(placed)],
  };
}

function isRead({ status }: Section): boolean {
  return status === 'ok' || status === 'partial';
}

/** With one engine, every GPU that computes is its; with several nobody can tell without their process trees. */
function withGpus(engines: readonly Engine[], gpus: readonly Gpu[], areGpusRead: boolean): readonly Engine[] {
  const [only] = engines;
  if (only === undefined || engines.length > 1 || !only.up || !areGpusRead) return engines;
  const computing = gpus.filter(({ processes }) => processes.some(({ type }) => type === 'C' || type === 'C+G'));
  const gpuUuids = computing.flatMap(({ uuid }) => (uuid === null ? [] : [uuid]));
  return [{ ...only, gpuUuids: gpuUuids.length > 0 ? gpuUuids : null }];
}

function gpuAssignmentGaps(engines: readonly Engine[]): Gap[] {
  const reason =
    engines.length > 1
      ? 'several engines share this target and their processes are not read in this version'
      : 'no GPU process could be taken for the engine';
  return engines
    .filter(({ up, gpuUuids }) => up && gpuUuids === null)
    .map(({ id }) => ({ signal: 'engines.gpuUuids', status: 'absent' as const, reason: `${id}: ${reason}` }));
}
