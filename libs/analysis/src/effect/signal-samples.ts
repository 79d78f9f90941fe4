import { type EffectReach, type SignalSamples, type Snapshot, valuesOfSignal, type WatchedSignal } from '@app/core';
import { orderFrames } from '../engine/frames.js';
import { reachedIn, scopeOf } from './reached-subjects.js';

/**
 * The values of each watched signal over a window, one per snapshot that has one. A snapshot has none where the section
 * was not read, where a subject in reach is missing, and where the signal says nothing, as a quantile without requests.
 */
export function sampleSignals(
  snapshots: readonly Snapshot[],
  watched: readonly WatchedSignal[],
  reach: EffectReach,
): SignalSamples[] {
  const ordered = inOrder(snapshots);
  return watched.map((signal) => ({
    ...signal,
    values: ordered.map((snapshot) => valueIn(snapshot, signal, reach)).filter((value) => value !== null),
    samples: ordered.length,
  }));
}

/** By time, one per instant. */
export function inOrder(snapshots: readonly Snapshot[]): readonly Snapshot[] {
  return orderFrames(snapshots, 0).snapshots;
}

function valueIn(snapshot: Snapshot, { signal, across }: WatchedSignal, reach: EffectReach): number | null {
  const scope = scopeOf(signal);
  const subjects = scope === null ? null : reachedIn(snapshot, scope, reach);
  if (scope === null || subjects === null) return null;
  const all = valuesOfSignal(snapshot, signal);
  const found: number[] = [];
  for (const { id, isAnswering } of subjects) {
    const own = all.filter(({ subject }) => subject === id || (scope !== 'engines' && subject.startsWith(`${id}:`)));
    const numbers = own.flatMap(({ value }) => (typeof value === 'string' ? [] : [Number(value)]));
    // Only of engines and caches that answer can a reading be absent for want of traffic, and even then it is part of a sum.
    const mayBeAbsent = isAnswering && across !== 'sum' && (scope === 'engines' || scope === 'caches');
    if (numbers.length === 0 && !mayBeAbsent) return null;
    found.push(...numbers);
  }
  return found.length === 0 ? null : aggregate(found, across);
}

function aggregate(values: readonly number[], across: WatchedSignal['across']): number {
  // In order of size: the sum of the same numbers is then the same, whatever order the source has.
  const sorted = [...values].sort((a, b) => a - b);
  const sum = sorted.reduce((total, value) => total + value, 0);
  switch (across) {
    case 'max':
      return sorted.at(-1) ?? 0;
    case 'min':
      return sorted[0] ?? 0;
    case 'sum':
      return sum;
    case 'mean':
      return sum / sorted.length;
  }
}
