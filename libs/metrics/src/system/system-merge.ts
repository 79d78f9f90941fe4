import type { Gap, System } from '@app/core';

/** A host as one source shows it. */
export interface HostView {
  readonly system: System;
  readonly gaps: readonly Gap[];
  readonly bootSeconds: number | null;
}

/** The kernel's start is computed from two clocks, and may differ by a second or so between readings. */
const SAME_BOOT_SECONDS = 5;

/** False only when both say when their kernel started and it was not the same time. */
export function mayBeSameMachine(one: Pick<HostView, 'bootSeconds'>, other: Pick<HostView, 'bootSeconds'>): boolean {
  if (one.bootSeconds === null || other.bootSeconds === null) return true;
  return Math.abs(one.bootSeconds - other.bootSeconds) <= SAME_BOOT_SECONDS;
}

/**
 * One host out of two views of it: a whole group comes from node_exporter if it has any of its values, so that values
 * that are compared with each other stem from one reading, else from `/proc`. Pressure is the other way round, since
 * `/proc` has the kernel's own averages. Gaps follow the group.
 */
export function mergedHost(nodeExporter: HostView, proc: HostView): Pick<HostView, 'system' | 'gaps'> {
  const groups = Object.keys(nodeExporter.system) as (keyof System)[];
  const fromProc = new Set(groups.filter((group) => isBetterInProc(group, nodeExporter.system, proc.system)));
  const system = Object.fromEntries(
    groups.map((group) => [group, (fromProc.has(group) ? proc : nodeExporter).system[group]]),
  ) as unknown as System;
  const isOf = ({ signal }: Gap): boolean => {
    const group = signal.split('.')[1];
    return fromProc.has(group as keyof System);
  };
  return {
    system,
    gaps: [
      ...nodeExporter.gaps.filter((gap) => !isOf(gap)),
      // Gaps of other parts of the snapshot, such as the processes of engines, concern `/proc` alone.
      ...proc.gaps.filter((gap) => isOf(gap) || !gap.signal.startsWith('system.')),
    ],
  };
}

function isBetterInProc(group: keyof System, nodeExporter: System, proc: System): boolean {
  if (group === 'pressure') return hasValue(proc.pressure);
  // A page never has these, so only `/proc` can say why they are missing.
  if (group === 'cgroup') return true;
  return !hasValue(nodeExporter[group]) && hasValue(proc[group]);
}

function hasValue(part: unknown): boolean {
  if (Array.isArray(part)) return part.length > 0;
  if (typeof part === 'object' && part !== null) return Object.values(part).some(hasValue);
  return part !== null;
}
