import type { Cache, EffectReach, Engine, Snapshot } from '@app/core';

/** An engine of which it is not known where it runs may be on any GPU. */
function mayUse({ gpuUuids }: Engine, gpus: readonly string[]): boolean {
  return gpuUuids === null || gpuUuids.some((uuid) => gpus.includes(uuid));
}

function reachOf(snapshot: Snapshot, gpus: readonly string[], engines: readonly Engine[]): EffectReach {
  const ids = engines.map(({ id }) => id);
  const caches = snapshot.caches.filter((cache) => enginesOfCache(cache, snapshot).some(({ id }) => ids.includes(id)));
  return { gpus: [...gpus], engines: ids, caches: caches.map(({ id }) => id), host: snapshot.target };
}

/** Of a change of GPUs: what runs on them, and what serves that. */
export function reachOfGpus(gpus: readonly string[], snapshot: Snapshot): EffectReach {
  return reachOf(
    snapshot,
    gpus,
    snapshot.engines.filter((engine) => mayUse(engine, gpus)),
  );
}

/** Of a change of engines: they, and what they run on. */
export function reachOfEngines(engineIds: readonly string[], snapshot: Snapshot): EffectReach {
  const engines = snapshot.engines.filter(({ id }) => engineIds.includes(id));
  return reachOf(snapshot, [...new Set(engines.flatMap(({ gpuUuids }) => gpuUuids ?? []))], engines);
}

/** Of taking engines out of service: their GPUs, and the engines that have to serve for them. */
export function reachOfAbsence(engineIds: readonly string[], snapshot: Snapshot): EffectReach {
  const own = reachOfEngines(engineIds, snapshot);
  const others = snapshot.engines.filter(({ id }) => !engineIds.includes(id));
  return { ...reachOf(snapshot, own.gpus, others), caches: [] };
}

/** Of a change of caches: they, and the engines that look things up in them. */
export function reachOfCaches(cacheIds: readonly string[], snapshot: Snapshot): EffectReach {
  const caches = snapshot.caches.filter(({ id }) => cacheIds.includes(id));
  const ids = new Set(caches.flatMap((cache) => enginesOfCache(cache, snapshot).map(({ id }) => id)));
  return { ...reachOfEngines([...ids], snapshot), caches: [...cacheIds] };
}

/** Of a change of the host: everything on it. */
export function reachOfHost(snapshot: Snapshot): EffectReach {
  const gpus = snapshot.gpus.flatMap(({ uuid }) => uuid ?? []);
  return { ...reachOf(snapshot, gpus, snapshot.engines), caches: snapshot.caches.map(({ id }) => id) };
}

/** The engines that may use a cache: the one on whose page it stands, else those of its model, else all. */
export function enginesOfCache({ engineId, model }: Cache, { engines }: Snapshot): readonly Engine[] {
  const own = engines.filter(({ id }) => id === engineId);
  if (own.length > 0) return own;
  const alike = model === null ? [] : engines.filter((engine) => engine.model === model);
  return alike.length > 0 ? alike : engines;
}
