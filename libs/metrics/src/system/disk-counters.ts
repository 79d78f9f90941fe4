import type { System } from '@app/core';
import { counterGrowth, counterRate } from './counter-rate.js';
import { decimal } from './decimal.js';

/** Cumulative counters of a block device. */
export interface DiskCounters {
  readonly readBytes: number | null;
  readonly writtenBytes: number | null;
  readonly requests: number | null;
  /** Time that all requests took together, queueing included. */
  readonly requestSeconds: number | null;
  /** Time with at least one request under way. */
  readonly busySeconds: number | null;
}

/** A sector of these counters has 512 bytes whatever the device's own are (`Documentation/admin-guide/iostats.rst`). */
const SECTOR_BYTES = 512;
/** Whole devices. Mapped, RAID and loop devices repeat what their devices below count; zram is memory. */
const WHOLE_DEVICE =
  /^(sd[a-z]{1,4}|vd[a-z]{1,4}|xvd[a-z]{1,4}|hd[a-z]|dasd[a-z]{1,4}|nvme\d+n\d+|mmcblk\d+|pmem\d+|rbd\d+|nbd\d+|ada\d+|da\d+|nda\d+|nvd\d+)$/;

export function isWholeDevice(name: string): boolean {
  return WHOLE_DEVICE.test(name);
}

/** `/proc/diskstats`, whole devices only. */
export function parseDiskstats(text: string): ReadonlyMap<string, DiskCounters> {
  const counters = new Map<string, DiskCounters>();
  for (const line of text.split('\n')) {
    const [, , name, ...columns] = line.trim().split(/\s+/);
    if (name === undefined || !isWholeDevice(name) || counters.has(name) || columns.length < 10) continue;
    const [reads, , readSectors, readMs, writes, , writtenSectors, writeMs, , busyMs] = columns.map(decimal);
    counters.set(name, {
      readBytes: scaled(readSectors, SECTOR_BYTES),
      writtenBytes: scaled(writtenSectors, SECTOR_BYTES),
      requests: reads == null || writes == null ? null : reads + writes,
      requestSeconds: readMs == null || writeMs == null ? null : (readMs + writeMs) / 1000,
      busySeconds: scaled(busyMs, 1 / 1000),
    });
  }
  return counters;
}

/** Rates of the interval; null without an earlier sample or when a counter went down. */
export function diskRates(
  device: string,
  earlier: DiskCounters | null,
  later: DiskCounters,
  seconds: number,
): System['diskIo'][number] {
  const requests = counterGrowth(earlier?.requests, later.requests);
  const waited = counterGrowth(earlier?.requestSeconds, later.requestSeconds);
  const busy = counterRate(earlier?.busySeconds, later.busySeconds, seconds);
  return {
    device,
    readBytesPerSecond: counterRate(earlier?.readBytes, later.readBytes, seconds),
    writeBytesPerSecond: counterRate(earlier?.writtenBytes, later.writtenBytes, seconds),
    averageWaitSeconds: requests === null || requests === 0 || waited === null ? null : waited / requests,
    // Counted in the kernel's own ticks, which can pass the interval's length by a few.
    busyRatio: busy === null ? null : Math.min(1, busy),
  };
}

function scaled(value: number | null | undefined, factor: number): number | null {
  return value == null ? null : value * factor;
}
