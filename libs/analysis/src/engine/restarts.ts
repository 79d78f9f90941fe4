import type { Engine, Gpu, Snapshot } from '@app/core';
import type { Scope, ScopeStates } from '../rules/rule.js';

type Counter = number | null | undefined;
type Counters = Readonly<Record<string, Counter>>;

function fell(before: Counter, after: Counter): boolean {
  return typeof before === 'number' && typeof after === 'number' && after < before;
}

/** Without copies of either: this is asked of every subject in every frame. */
function anyFell(before: object, after: object): boolean {
  const [earlier, later] = [before as Counters, after as Counters];
  for (const name of Object.keys(earlier)) if (fell(earlier[name], later[name])) return true;
  return false;
}

function gpuRestarted(before: Gpu, after: Gpu): boolean {
  return (
    fell(before.ecc.volatileCorrected, after.ecc.volatileCorrected) ||
    fell(before.ecc.volatileUncorrected, after.ecc.volatileUncorrected) ||
    anyFell(before.clockEventSeconds, after.clockEventSeconds)
  );
}

function hostRestarted(before: Snapshot, after: Snapshot): boolean {
  return fell(before.system?.uptimeSeconds, after.system?.uptimeSeconds);
}

/** No answer is not yet a restart: the process may only have been too busy to give one. */
function engineRestarted(before: Engine, after: Engine): boolean {
  const isOtherProcess = before.startedAt !== null && after.startedAt !== null && before.startedAt !== after.startedAt;
  return isOtherProcess || anyFell(before.counters, after.counters);
}

type Detect = { readonly [K in Scope]: (before: ScopeStates[K], after: ScopeStates[K]) => boolean };

const DETECT: Detect = {
  gpu: gpuRestarted,
  gpuSlot: (before, after) => before.gpu !== null && after.gpu !== null && gpuRestarted(before.gpu, after.gpu),
  engine: engineRestarted,
  cache: () => false,
  cacheSlot: () => false,
  // Beyond a reboot nothing: a control group that begins anew is a restarted process on a host that goes on.
  host: () => false,
  fleet: () => false,
};

/** Whether counters that only rise have fallen: what was seen before belongs to an earlier life of the subject. */
export function hasRestarted<K extends Scope>(
  scope: K,
  before: { readonly state: ScopeStates[K]; readonly snapshot: Snapshot },
  after: { readonly state: ScopeStates[K]; readonly snapshot: Snapshot },
): boolean {
  return hostRestarted(before.snapshot, after.snapshot) || DETECT[scope](before.state, after.state);
}

type Comparable = { readonly [K in Scope]: (state: ScopeStates[K]) => boolean };

const ANSWERED: Comparable = {
  gpu: () => true,
  gpuSlot: () => true,
  engine: ({ up }) => up,
  cache: () => true,
  cacheSlot: () => true,
  host: () => true,
  fleet: () => true,
};

/** Whether later samples can be compared with this one. */
export function isComparable<K extends Scope>(scope: K, state: ScopeStates[K]): boolean {
  return ANSWERED[scope](state);
}
