import type { System } from '@app/core';
import { counterRate } from './counter-rate.js';

/** Cumulative counters of the kernel's memory management. */
export interface PagingCounters {
  readonly swapInBytes: number | null;
  readonly swapOutBytes: number | null;
  readonly majorFaults: number | null;
  readonly oomKills: number | null;
}

/** Page sizes of the machines that NVIDIA's driver runs on. */
const PAGE_SIZES = [4096, 16_384, 65_536] as const;
/** No Linux has smaller pages, so a rate counted with it is a lower bound. */
export const SMALLEST_PAGE_BYTES = 4096;

/**
 * The page size follows from one value that the kernel gives in pages and in bytes: free memory. Both are read at
 * nearly the same time, and the sizes are a factor of four apart, so what changed between does not matter.
 */
export function pageSizeFrom(freePages: number | null, freeBytes: number | null): number | null {
  if (freePages === null || freeBytes === null || freePages <= 0 || freeBytes <= 0) return null;
  const measured = freeBytes / freePages;
  return PAGE_SIZES.find((size) => measured > size / 1.5 && measured < size * 1.5) ?? null;
}

/** `/proc/cpuinfo` of an x86 names a vendor; its pages have 4096 bytes by architecture. Others leave it to the kernel. */
export function pageSizeOfArchitecture(cpuinfo: string): number | null {
  return /^vendor_id[ \t]*: (GenuineIntel|AuthenticAMD|HygonGenuine)[ \t]*$/m.test(cpuinfo.slice(0, 4096))
    ? SMALLEST_PAGE_BYTES
    : null;
}

/** `/proc/vmstat`, read by name. */
export function pagingCountersOf(vmstat: ReadonlyMap<string, number>, pageBytes: number): PagingCounters {
  const bytes = (name: string): number | null => {
    const pages = vmstat.get(name);
    return pages === undefined ? null : pages * pageBytes;
  };
  return {
    swapInBytes: bytes('pswpin'),
    swapOutBytes: bytes('pswpout'),
    majorFaults: vmstat.get('pgmajfault') ?? null,
    oomKills: vmstat.get('oom_kill') ?? null,
  };
}

export function pagingRates(earlier: PagingCounters | null, later: PagingCounters, seconds: number): System['paging'] {
  return {
    swapInBytesPerSecond: counterRate(earlier?.swapInBytes, later.swapInBytes, seconds),
    swapOutBytesPerSecond: counterRate(earlier?.swapOutBytes, later.swapOutBytes, seconds),
    majorFaultsPerSecond: counterRate(earlier?.majorFaults, later.majorFaults, seconds),
    oomKills: later.oomKills,
  };
}
