import type { Gap, Gpu } from '@app/core';
import type { Issue } from './smi-reader.js';

/** Null here is an answer, or is filled where the snapshot is put together. */
const NULL_IS_NO_GAP: ReadonlySet<string> = new Set(['gpus.numaNode', 'gpus.numaCpus', 'gpus.processes.gpuInstanceId']);

/** What `nvidia-smi -q -x` has no element for, by the beginning of its signal. */
const DCGM_ONLY: readonly (readonly [signal: string, reason: string])[] = [
  ['gpus.energyJoules', 'nvidia-smi has no energy counter; it needs dcgm-exporter'],
  ['gpus.profiling.', "needs dcgm-exporter's profiling fields"],
  ['gpus.nvlink.', "needs dcgm-exporter's NVLink error counters"],
  ['gpus.xid.', 'needs dcgm-exporter; the kernel log has the events themselves'],
];

/** Why a signal that comes from dcgm-exporter alone is not there; null for every other signal. */
export function dcgmOnlyReason(signal: string): string | null {
  return DCGM_ONLY.find(([beginning]) => signal.startsWith(beginning))?.[1] ?? null;
}

/**
 * One gap per signal that is null on any GPU, with the reason that its source gives, and one per signal of which a part
 * could not be read.
 */
export function gapsOf(gpus: readonly Gpu[], issues: readonly Issue[], reasonFor: (signal: string) => string): Gap[] {
  const gaps = new Map<string, Gap>();
  for (const issue of issues) {
    if (!gaps.has(issue.signal) || issue.status === 'failed') gaps.set(issue.signal, { ...issue });
  }
  for (const [signal, count] of nullCounts(gpus)) {
    if (gaps.has(signal)) continue;
    const where = count === gpus.length ? '' : ` for ${count} of ${gpus.length} GPUs`;
    gaps.set(signal, { signal, status: 'absent', reason: reasonFor(signal) + where });
  }
  return [...gaps.values()];
}

/** Signals that are null and should not be, with the number of GPUs of which this is so. */
export function nullCounts(gpus: readonly Gpu[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const gpu of gpus) {
    const signals = new Set<string>();
    addNullPaths(gpu, 'gpus', signals);
    for (const signal of signals) {
      if (!NULL_IS_NO_GAP.has(signal)) counts.set(signal, (counts.get(signal) ?? 0) + 1);
    }
  }
  return counts;
}

/** Adds the paths of what is null, at any depth. All of a GPU is walked at each sample, so paths are put together only then. */
function addNullPaths(value: object, path: string, paths: Set<string>): void {
  for (const [name, item] of Object.entries(value) as [string, unknown][]) {
    if (item !== null && typeof item !== 'object') continue;
    const itemPath = Array.isArray(value) ? path : `${path}.${name}`;
    if (item === null) paths.add(itemPath);
    else addNullPaths(item, itemPath, paths);
  }
}
