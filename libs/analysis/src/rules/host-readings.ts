import type { CandidateAction, Snapshot, System } from '@app/core';

type Pressure = 'cpuSome' | 'memorySome' | 'memoryFull' | 'ioSome' | 'ioFull';

export interface PressureReading {
  readonly percent: number;
  readonly signal: string;
}

/** The long average, or the short one where that is higher: above a bound in each of three samples it says the same. */
export function pressureOf(system: System | null, name: Pressure): PressureReading | null {
  if (!system) return null;
  const long = system.pressure[`${name}Avg60`] ?? null;
  const short = system.pressure[`${name}Avg10`] ?? null;
  if (short !== null && (long === null || short > long)) {
    return { percent: short, signal: `system.pressure.${name}Avg10` };
  }
  return long === null ? null : { percent: long, signal: `system.pressure.${name}Avg60` };
}

/** Memory of the control group that can't be given back, as a share of its limit; null without a limit. */
export function workingSetRatio(system: System | null): number | null {
  const { memoryLimitBytes, memoryCurrentBytes, memoryInactiveFileBytes } = system?.cgroup ?? {};
  // Inactive file cache is given back on demand; without knowing it, page cache would look like pressure.
  if (memoryLimitBytes == null || memoryLimitBytes <= 0) return null;
  if (memoryCurrentBytes == null || memoryInactiveFileBytes == null) return null;
  return Math.max(0, memoryCurrentBytes - memoryInactiveFileBytes) / memoryLimitBytes;
}

const LOADING_MS = 600_000;

/** Whether an engine is reading its model: its process runs and does not answer yet, or has begun just now. */
export function isLoadingModel({ engines, collectedAt }: Snapshot): boolean {
  const atMs = Date.parse(collectedAt);
  return engines.some(({ up, process, startedAt }) => {
    const ageMs = startedAt === null ? NaN : atMs - Date.parse(startedAt);
    return up ? ageMs >= 0 && ageMs < LOADING_MS : process !== null;
  });
}

/** Free share of a filesystem; null where its size is unknown. */
export function freeRatio({ totalBytes, freeBytes }: System['disks'][number]): number | null {
  return totalBytes === null || totalBytes <= 0 || freeBytes === null ? null : freeBytes / totalBytes;
}

/** What gives memory back to the rest of the host. */
export function memoryActions(): CandidateAction[] {
  return ['lmcache-config:l1-size', 'k8s-patch-resources', 'notify-oncall'].map((type) => ({ type, parameters: {} }));
}
