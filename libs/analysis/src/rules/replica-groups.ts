import type { Engine, Snapshot } from '@app/core';
import { isAsleep } from './engine-readings.js';

/** Engines that serve the same model and take requests. */
export interface ReplicaGroup {
  readonly model: string;
  readonly replicas: readonly Engine[];
}

/** Groups of at least two. Which roles replicas were given (prefill, decode) is not told by any engine. */
export function replicaGroups({ engines }: Pick<Snapshot, 'engines'>): ReplicaGroup[] {
  const byModel = new Map<string, Engine[]>();
  for (const engine of engines) {
    if (!engine.up || engine.model === null || isAsleep(engine)) continue;
    byModel.set(engine.model, [...(byModel.get(engine.model) ?? []), engine]);
  }
  return [...byModel].flatMap(([model, replicas]) => (replicas.length < 2 ? [] : [{ model, replicas }]));
}

export const NO_REPLICAS = 'no two engines of the target serve the same model';
