import type { Snapshot, Subject } from '@app/core';
import { gpuIdOf } from '@app/core';
import type { Scope, ScopeStates } from '../rules/rule.js';
import { subjectKindOf } from '../rules/rule.js';
import { cacheSlotsOf } from './cache-slots.js';
import { engineMembersIn } from './engine-members.js';
import { gpuLabel, gpuSlotMembersIn } from './gpu-slot-members.js';

/** One subject over the window: its state in each frame, null in those that do not show it. */
export interface SubjectSeries<S> {
  readonly subject: Subject;
  readonly states: readonly (S | null)[];
}

interface Member<S> {
  readonly id: string;
  readonly label: string;
  readonly state: S;
}

type Enumerate = {
  readonly [K in Scope]: (window: readonly Snapshot[]) => (snapshot: Snapshot) => Member<ScopeStates[K]>[];
};

const MEMBERS: Enumerate = {
  gpu: () => (snapshot) => snapshot.gpus.map((gpu) => ({ id: gpuIdOf(gpu), label: gpuLabel(gpu), state: gpu })),
  gpuSlot: gpuSlotMembersIn,
  engine: engineMembersIn,
  cache: () => (snapshot) => snapshot.caches.map((cache) => ({ id: cache.id, label: cache.id, state: cache })),
  cacheSlot: () => cacheSlotsOf,
  host: () => (snapshot) => [{ id: snapshot.target, label: snapshot.hostname ?? snapshot.target, state: snapshot }],
  fleet: () => (snapshot) => [{ id: 'fleet', label: 'fleet', state: snapshot }],
};

/** The subjects of a scope that any frame shows, in order of first sight. */
export function seriesOf<K extends Scope>(scope: K, window: readonly Snapshot[]): SubjectSeries<ScopeStates[K]>[] {
  const membersOf = MEMBERS[scope](window);
  const labels = new Map<string, string>();
  const statesById = new Map<string, (ScopeStates[K] | null)[]>();
  for (const [frame, snapshot] of window.entries()) {
    for (const { id, label, state } of membersOf(snapshot)) {
      labels.set(id, label);
      const states = statesById.get(id) ?? Array<ScopeStates[K] | null>(window.length).fill(null);
      statesById.set(id, states);
      // Of two with the same id the first counts.
      states[frame] ??= state;
    }
  }
  return [...statesById].map(([id, states]) => ({
    subject: { kind: subjectKindOf(scope), id, label: labels.get(id) ?? id },
    states,
  }));
}
