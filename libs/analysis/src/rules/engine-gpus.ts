import type { Engine, Gpu, Snapshot } from '@app/core';
import { gpuIdOf } from '@app/core';
import { capacityWaiting } from './derived-readings.js';

const NO_ENGINES: readonly Engine[] = [];

/** Which engine uses which GPU in one snapshot. */
interface GpuUse {
  readonly enginesByGpuId: ReadonlyMap<string, readonly Engine[]>;
  /** Filled as it is asked for. */
  readonly gpusByEngine: WeakMap<Engine, readonly Gpu[] | null>;
}

/** Rules ask for it per GPU and frame, and to look through every engine each time would cost GPUs times GPUs. */
const USES = new WeakMap<Snapshot, GpuUse>();

function useIn(snapshot: Snapshot): GpuUse {
  const known = USES.get(snapshot);
  if (known) return known;
  const enginesByGpuId = new Map<string, Engine[]>();
  for (const engine of snapshot.engines) {
    for (const gpuId of new Set(engine.gpuUuids)) {
      const engines = enginesByGpuId.get(gpuId);
      if (engines) engines.push(engine);
      else enginesByGpuId.set(gpuId, [engine]);
    }
  }
  const use = { enginesByGpuId, gpusByEngine: new WeakMap<Engine, readonly Gpu[] | null>() };
  USES.set(snapshot, use);
  return use;
}

/** Engines that are known to use a GPU. */
export function enginesOn(gpuId: string, snapshot: Snapshot): readonly Engine[] {
  return useIn(snapshot).enginesByGpuId.get(gpuId) ?? NO_ENGINES;
}

/** The GPUs of an engine; null when they are not known or the snapshot does not show them all. */
export function gpusOf(engine: Engine, snapshot: Snapshot): readonly Gpu[] | null {
  const { gpusByEngine } = useIn(snapshot);
  const known = gpusByEngine.get(engine);
  if (known !== undefined) return known;
  const gpus = gpusShown(engine, snapshot);
  gpusByEngine.set(engine, gpus);
  return gpus;
}

function gpusShown({ gpuUuids }: Engine, snapshot: Snapshot): readonly Gpu[] | null {
  if (gpuUuids === null) return null;
  const ids = new Set(gpuUuids);
  const gpus = snapshot.gpus.filter((gpu) => ids.has(gpuIdOf(gpu)));
  return gpus.length === gpuUuids.length ? gpus : null;
}

/** Engines other than those on the GPU that hold requests back for want of capacity. */
export function enginesShortOfCapacity(gpuId: string, snapshot: Snapshot): readonly Engine[] {
  return snapshot.engines.filter(
    (engine) => !engine.gpuUuids?.includes(gpuId) && (capacityWaiting(engine)?.requests ?? 0) > 0,
  );
}

/** How the engine splits its model over GPUs. A flag that is not set is 1. */
export interface Parallelism {
  readonly tensor: number;
  readonly pipeline: number;
}

/** From the command line; null when the process is not known or a flag is no number. */
export function parallelismOf({ process }: Engine): Parallelism | null {
  if (process === null) return null;
  const tensor = Number(process.flags['tensor-parallel-size'] ?? 1);
  const pipeline = Number(process.flags['pipeline-parallel-size'] ?? 1);
  return Number.isInteger(tensor) && Number.isInteger(pipeline) ? { tensor, pipeline } : null;
}

/** GPUs that work in step on every layer, or why none are known to. */
export type TensorGroup =
  | { readonly gpus: readonly Gpu[]; readonly size: number; readonly isDeclared: boolean }
  | { readonly gpus: null; readonly missing: string }
  | { readonly gpus: null; readonly reason: string };

/** Without a known command line, all GPUs of an engine stand for one group. */
export function tensorGroupOf(engine: Engine, snapshot: Snapshot): TensorGroup {
  const gpus = gpusOf(engine, snapshot);
  const parallelism = parallelismOf(engine);
  if (parallelism && parallelism.tensor < 2) return { gpus: null, reason: 'the engine uses no tensor parallelism' };
  if (gpus === null) return { gpus: null, missing: 'engines.gpuUuids' };
  if (gpus.length < 2) return { gpus: null, reason: 'the engine uses one GPU only' };
  if (!parallelism) return { gpus, size: gpus.length, isDeclared: false };
  // Stages do different work, and which GPUs belong to which replica is not told.
  if (parallelism.tensor !== gpus.length) {
    return { gpus: null, reason: 'which GPUs of the engine form a tensor-parallel group is not known' };
  }
  return { gpus, size: parallelism.tensor, isDeclared: true };
}

/** Other members of the groups that the GPU works in. */
export function tensorPeersOf(gpuId: string, snapshot: Snapshot): readonly Gpu[] {
  return enginesOn(gpuId, snapshot).flatMap(
    (engine) => tensorGroupOf(engine, snapshot).gpus?.filter((gpu) => gpuIdOf(gpu) !== gpuId) ?? [],
  );
}
