import { type Engine, type Finding, type Gpu, gpuIdOf, type Snapshot, type Subject } from '@app/core';
import { isGpuUuid } from '../host/nvidia-smi.executor.js';
import { impossible, isImpossible } from './proposals.js';

type Impossible = ReturnType<typeof impossible>;

export function gpuOf(id: string, { gpus }: Snapshot): Gpu | null {
  return gpus.find(({ uuid }) => uuid !== null && uuid === id) ?? null;
}

export function gpusOf(ids: readonly string[], snapshot: Snapshot): readonly (Gpu | null)[] {
  return ids.map((id) => gpuOf(id, snapshot));
}

export function subjectOfGpu({ index, name, uuid }: Gpu): Subject {
  return { kind: 'gpu', id: uuid ?? '', label: name === null ? `GPU ${index}` : `GPU ${index} (${name})` };
}

/** The GPU that a finding is about: its own subject, the one that it names, or the first of its engine. */
export function gpuForFinding(finding: Finding, snapshot: Snapshot): Gpu | Impossible {
  const id = gpuIdFor(finding, snapshot);
  if (typeof id !== 'string') return id;
  const gpu = snapshot.gpus.find((each) => gpuIdOf(each) === id);
  if (gpu === undefined) return impossible(`GPU ${id} is not in the snapshot`);
  if (gpu.uuid === null || !isGpuUuid(gpu.uuid)) {
    return impossible(`${finding.subject.label} has no UUID by which it could be told from others`);
  }
  return gpu;
}

function gpuIdFor({ subject, evidence }: Finding, snapshot: Snapshot): string | Impossible {
  if (subject.kind === 'gpu') return subject.id;
  const named = evidence.find(({ signal }) => signal === 'gpus.uuid')?.value;
  if (typeof named === 'string') return named;
  if (subject.kind !== 'engine') return impossible('the finding names no GPU');
  const engine = snapshot.engines.find(({ id }) => id === subject.id);
  if (engine === undefined) return impossible(`engine ${subject.id} is not in the snapshot`);
  const [first] = engine.gpuUuids ?? [];
  return first ?? impossible(`it is not known on which GPUs engine ${subject.id} runs`);
}

/** The GPU and all that an engine runs on together with it: they work in step, so a setting is for all or for none. */
export function groupOfGpu(uuid: string, snapshot: Snapshot): readonly string[] | Impossible {
  const engines = snapshot.engines.filter(({ gpuUuids }) => gpuUuids?.includes(uuid) === true);
  const unknown = engines.length > 0 ? undefined : engineThatMayBeOn(uuid, snapshot);
  if (unknown !== undefined) {
    return impossible(`it is not known on which GPUs engine ${unknown.id} runs, and it may be on this one`);
  }
  const others = engines.flatMap(({ gpuUuids }) => gpuUuids ?? []).filter((each) => each !== uuid);
  const group = [uuid, ...new Set(others)];
  const foreign = group.find((each) => !isGpuUuid(each));
  return foreign === undefined ? group : impossible(`${foreign} of the same group is no whole GPU`);
}

/** The GPU, and those of its group that need the same; it alone where its group is not known. */
export function withAlikeOfGroup(
  uuid: string,
  snapshot: Snapshot,
  needsIt: (gpu: Gpu) => boolean,
): readonly [string, ...string[]] {
  const group = groupOfGpu(uuid, snapshot);
  if (isImpossible(group)) return [uuid];
  const others = group.filter((each) => each !== uuid);
  const isAlike = (gpu: Gpu | null): boolean => gpu !== null && needsIt(gpu);
  return [uuid, ...others.filter((each) => isAlike(gpuOf(each, snapshot)))];
}

function engineThatMayBeOn(uuid: string, snapshot: Snapshot): Engine | undefined {
  const isUsed = (gpuOf(uuid, snapshot)?.processes.length ?? 0) > 0;
  return isUsed && snapshot.gpus.length > 1 ? snapshot.engines.find(({ gpuUuids }) => gpuUuids === null) : undefined;
}

/** Whether a group is still the one that was planned for. */
export function isSameGroup(members: readonly string[], snapshot: Snapshot): boolean {
  const [first = ''] = members;
  const group = groupOfGpu(first, snapshot);
  return !isImpossible(group) && [...group].sort().join() === [...members].sort().join();
}
