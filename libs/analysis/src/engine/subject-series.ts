import type { Engine, Gpu, Snapshot, Subject } from '@app/core';
import { gpuIdOf, normalizedBusId } from '@app/core';
import type { Scope, ScopeStates } from '../rules/rule.js';
import { subjectKindOf } from '../rules/rule.js';

/** One subject over the window; `state` is null in frames that do not show it. */
export interface SubjectSeries<S> {
  readonly subject: Subject;
  readonly observations: readonly { readonly snapshot: Snapshot; readonly state: S | null }[];
}

interface Member<S> {
  readonly id: string;
  readonly label: string;
  readonly state: S;
}

function gpuLabel(gpu: Gpu): string {
  return gpu.name === null ? `GPU ${gpu.index}` : `GPU ${gpu.index} (${gpu.name})`;
}

function engineLabel(engine: Engine): string {
  return engine.model === null ? engine.id : `${engine.model} (${engine.id})`;
}

function slotsOf(snapshot: Snapshot, window: readonly Snapshot[]): Member<ScopeStates['gpuSlot']>[] {
  const gpus = snapshot.gpus.map((gpu) => ({
    id: gpuIdOf(gpu),
    label: gpuLabel(gpu),
    state: { pciBusId: gpu.pciBusId, gpu },
  }));
  const everSeen = new Map(
    window.flatMap((frame) => frame.gpus).map((gpu) => [normalizedBusId(gpu.pciBusId), gpu] as const),
  );
  const present = new Set(snapshot.gpus.map((gpu) => normalizedBusId(gpu.pciBusId)));
  const named = new Set([...everSeen.keys(), ...snapshot.events.map((event) => normalizedBusId(event.pciBusId))]);
  const gone = [...named].flatMap((busId) => {
    if (busId === null || present.has(busId)) return [];
    const gpu = everSeen.get(busId);
    const identity = gpu ? { id: gpuIdOf(gpu), label: gpuLabel(gpu) } : { id: busId, label: `GPU at ${busId}` };
    return [{ ...identity, state: { pciBusId: busId, gpu: null } }];
  });
  return [...gpus, ...gone];
}

type Enumerate = {
  readonly [K in Scope]: (snapshot: Snapshot, window: readonly Snapshot[]) => Member<ScopeStates[K]>[];
};

const MEMBERS: Enumerate = {
  gpu: (snapshot) => snapshot.gpus.map((gpu) => ({ id: gpuIdOf(gpu), label: gpuLabel(gpu), state: gpu })),
  gpuSlot: slotsOf,
  engine: (snapshot) =>
    snapshot.engines.map((engine) => ({ id: engine.id, label: engineLabel(engine), state: engine })),
  cache: (snapshot) => snapshot.caches.map((cache) => ({ id: cache.id, label: cache.id, state: cache })),
  host: (snapshot) => [{ id: snapshot.target, label: snapshot.hostname ?? snapshot.target, state: snapshot }],
  fleet: (snapshot) => [{ id: 'fleet', label: 'fleet', state: snapshot }],
};

/** The subjects of a scope that any frame shows, in order of first sight. */
export function seriesOf<K extends Scope>(scope: K, window: readonly Snapshot[]): SubjectSeries<ScopeStates[K]>[] {
  const perFrame = window.map((snapshot) => MEMBERS[scope](snapshot, window));
  const labels = new Map<string, string>();
  for (const members of perFrame) for (const { id, label } of members) labels.set(id, label);
  return [...labels].map(([id, label]) => ({
    subject: { kind: subjectKindOf(scope), id, label },
    observations: window.map((snapshot, frame) => ({
      snapshot,
      state: perFrame[frame]?.find((member) => member.id === id)?.state ?? null,
    })),
  }));
}
