import { gpuIdOf, type Snapshot } from '@app/core';

/** What fails together: the GPUs of one engine, an engine, a cache. */
export interface Unit {
  readonly kind: 'gpu' | 'engine' | 'cache';
  readonly ids: ReadonlySet<string>;
}

/** Null when nobody can tell which GPUs belong together. */
export function unitsOf(snapshot: Snapshot): Unit[] | null {
  const { status } = snapshot.sections.engines;
  // No engine configured is known; one that could not be read is not.
  if (status !== 'ok' && status !== 'partial' && status !== 'absent') return null;
  const engines = snapshot.engines.map(({ id }): Unit => ({ kind: 'engine', ids: new Set([id]) }));
  return [...gpuGroups(snapshot), ...engines, ...cacheGroups(snapshot)];
}

/** The workers of one engine have a cache each, and together they are its cache. */
function cacheGroups({ caches, engines }: Snapshot): Unit[] {
  const groups = new Map<string, Set<string>>();
  for (const { id, mode, engineId } of caches) {
    const ownerId = engineId ?? (mode === 'in-process' && engines.length === 1 ? engines[0]?.id : undefined);
    const key = mode === 'in-process' && ownerId !== undefined ? `of ${ownerId}` : id;
    groups.set(key, (groups.get(key) ?? new Set()).add(id));
  }
  return [...groups.values()].map((ids) => ({ kind: 'cache', ids }));
}

/** GPUs of one engine are one group, and engines that share a GPU make one of theirs; the rest stand alone. */
function gpuGroups({ gpus, engines }: Snapshot): Unit[] {
  let groups = gpus.map((gpu) => new Set([gpuIdOf(gpu)]));
  for (const { gpuUuids } of engines) {
    const together = groups.filter((group) => gpuUuids?.some((uuid) => group.has(uuid)));
    if (together.length < 2) continue;
    const joined = new Set(together.flatMap((group) => [...group]));
    groups = [...groups.filter((group) => !together.includes(group)), joined];
  }
  return groups.map((ids) => ({ kind: 'gpu', ids }));
}

/** How many of the units have a part in what is done. */
export function changedUnits(units: readonly Unit[], acting: readonly (readonly string[])[]): number {
  const ids = acting.flat();
  return units.filter((unit) => ids.some((id) => unit.ids.has(id))).length;
}
