import type { Engine, Gpu, Snapshot } from '@app/core';
import type { Scope, ScopeStates } from '../rules/rule.js';

type Counter = number | null | undefined;

function fell(before: Counter, after: Counter): boolean {
  return typeof before === 'number' && typeof after === 'number' && after < before;
}

function anyFell(before: object, after: object): boolean {
  const later = new Map<string, unknown>(Object.entries(after));
  return Object.entries(before).some(([name, value]) => fell(value as Counter, later.get(name) as Counter));
}

function gpuRestarted(before: Gpu, after: Gpu): boolean {
  const volatileErrors = ({ ecc }: Gpu) => [ecc.volatileCorrected, ecc.volatileUncorrected];
  return (
    anyFell(before.clockEventSeconds, after.clockEventSeconds) || anyFell(volatileErrors(before), volatileErrors(after))
  );
}

function hostRestarted(before: Snapshot, after: Snapshot): boolean {
  return fell(before.system?.uptimeSeconds, after.system?.uptimeSeconds);
}

function engineRestarted(before: Engine, after: Engine): boolean {
  return (!before.up && after.up) || anyFell(before.counters, after.counters);
}

function cgroupRestarted(before: Snapshot, after: Snapshot): boolean {
  return (
    fell(before.system?.cgroup.cpuPeriods, after.system?.cgroup.cpuPeriods) ||
    fell(before.system?.cgroup.cpuThrottledPeriods, after.system?.cgroup.cpuThrottledPeriods)
  );
}

type Detect = { readonly [K in Scope]: (before: ScopeStates[K], after: ScopeStates[K]) => boolean };

const DETECT: Detect = {
  gpu: gpuRestarted,
  gpuSlot: (before, after) => before.gpu !== null && after.gpu !== null && gpuRestarted(before.gpu, after.gpu),
  engine: engineRestarted,
  cache: () => false,
  host: (before, after) => hostRestarted(before, after) || cgroupRestarted(before, after),
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
