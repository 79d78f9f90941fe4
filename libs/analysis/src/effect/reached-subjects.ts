import {
  type EffectReach,
  type EffectScope,
  type Gpu,
  gpuIdOf,
  normalizedBusId,
  type SectionName,
  type Snapshot,
  type Subject,
} from '@app/core';
import { findingIdOf } from '../engine/build-finding.js';
import { UNNAMED_GPU_ID } from '../engine/gpu-slot-members.js';
import { isReadable } from '../rules/section-readings.js';

const SCOPE_OF_ROOT: Readonly<Record<string, EffectScope>> = {
  gpus: 'gpus',
  engines: 'engines',
  caches: 'caches',
  system: 'host',
};
const SECTION_OF_SCOPE: Readonly<Record<EffectScope, SectionName>> = {
  gpus: 'gpu',
  engines: 'engines',
  caches: 'lmcache',
  host: 'system',
};

/** Which part of the reach a signal is of; null for what is no state of anything, as an event of the kernel. */
export function scopeOf(signal: string): EffectScope | null {
  return SCOPE_OF_ROOT[signal.split('.', 1)[0] ?? ''] ?? null;
}

/** One subject in reach as a snapshot shows it. */
export interface ReachedSubject {
  /** What `valuesOfSignal` calls it. */
  readonly id: string;
  /** An engine that does not answer stands in the snapshot with nothing read of it. */
  readonly isAnswering: boolean;
}

/**
 * The subjects in reach; null where the section can't be read or one of them is not there. What is left would be
 * another sum and another maximum than before, and the loss of a subject must not look like a change of its values.
 */
export function reachedIn(
  snapshot: Snapshot,
  scope: EffectScope,
  reach: EffectReach,
): readonly ReachedSubject[] | null {
  if (!isReadable(snapshot.sections[SECTION_OF_SCOPE[scope]])) return null;
  const wanted = [...new Set(scope === 'host' ? [reach.host] : reach[scope])];
  const found = wanted.map((id) => subjectIn(snapshot, scope, id));
  const present = found.filter((subject) => subject !== null);
  return present.length === 0 || present.length < found.length ? null : present;
}

function subjectIn(snapshot: Snapshot, scope: EffectScope, id: string): ReachedSubject | null {
  const answering = (subject: string): ReachedSubject => ({ id: subject, isAnswering: true });
  switch (scope) {
    case 'gpus': {
      const gpu = snapshot.gpus.find((candidate) => isGpu(candidate, id));
      return gpu === undefined ? null : answering(gpuIdOf(gpu));
    }
    case 'engines': {
      const engine = snapshot.engines.find((candidate) => candidate.id === id);
      return engine === undefined ? null : { id, isAnswering: engine.up };
    }
    case 'caches':
      return snapshot.caches.some((candidate) => candidate.id === id) ? answering(id) : null;
    case 'host':
      return snapshot.target === id && snapshot.system !== null ? answering(id) : null;
  }
}

/** Whether a finding is about something that the action can have an effect on; what is of no one subject is of all. */
export function isInReach(subject: Subject, reach: EffectReach, snapshots: readonly Snapshot[]): boolean {
  switch (subject.kind) {
    case 'gpu':
      return isGpuInReach(subject.id, reach, snapshots);
    case 'engine':
      return reach.engines.includes(subject.id);
    case 'cache':
      return reach.caches.includes(subject.id);
    case 'host':
      return subject.id === reach.host;
    case 'fleet':
      return true;
  }
}

/**
 * A GPU that has left the bus is named by its bus id or not at all. While one in reach is not to be seen, such a finding
 * may be about it, and then it counts.
 */
function isGpuInReach(id: string, reach: EffectReach, snapshots: readonly Snapshot[]): boolean {
  if (reach.gpus.includes(id)) return true;
  const seen = snapshots.flatMap(({ gpus }) => gpus);
  const owner = seen.find((gpu) => isGpu(gpu, id));
  if (owner !== undefined) return reach.gpus.some((wanted) => isGpu(owner, wanted));
  const isUnnamed = normalizedBusId(id) !== null || id === UNNAMED_GPU_ID;
  return isUnnamed && reach.gpus.some((wanted) => !seen.some((gpu) => isGpu(gpu, wanted)));
}

function isGpu(gpu: Gpu, id: string): boolean {
  if (gpuIdOf(gpu) === id) return true;
  const busId = normalizedBusId(gpu.pciBusId);
  return busId !== null && busId === normalizedBusId(id);
}

/** The subject of a finding of which only the ids are known, if the snapshot shows it and it answers. */
export function answeringSubjectOf(
  finding: { readonly id: string; readonly ruleId: string },
  { sections, gpus, engines, caches, target }: Snapshot,
): string | null {
  const subjects = [
    ...(isReadable(sections.gpu) ? gpus.map(gpuIdOf) : []),
    ...(isReadable(sections.engines) ? engines.filter(({ up }) => up).map(({ id }) => id) : []),
    ...(isReadable(sections.lmcache) ? caches.map(({ id }) => id) : []),
    target,
    'fleet',
  ];
  return subjects.find((id) => findingIdOf(finding.ruleId, id) === finding.id) ?? null;
}
