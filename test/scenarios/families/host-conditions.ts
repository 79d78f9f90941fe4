import type { WorldHost } from '../world/index.js';

/** States of a host, as magnitudes that real machines show when something is short. */

const GIB = 1024 ** 3;

/** So small a share is available; tasks wait for memory in proportion. */
export function shortOfMemory(host: WorldHost, availableRatio: number, fullStallPercent: number): void {
  host.memoryAvailableBytes = host.memoryTotalBytes * availableRatio;
  Object.assign(host.pressure, { memorySome: fullStallPercent * 1.7, memoryFull: fullStallPercent });
  host.majorFaults = 40 + 60 * fullStallPercent;
}

/** Pages go to disk and come back. */
export function swapping(host: WorldHost, bytesPerSecond: number): void {
  host.swapInBytes = bytesPerSecond * 0.45;
  host.swapOutBytes = bytesPerSecond * 0.55;
  host.swapUsedBytes = 3.1 * GIB;
}

/** Tasks wait for a disk that answers slowly. */
export function slowDisk(host: WorldHost, { waitMs = 190, iowait = 0.16, some = 46, full = 29 } = {}): void {
  Object.assign(host.pressure, { ioSome: some, ioFull: full });
  host.cpu.iowait = iowait;
  Object.assign(host.disks.nvme0n1 ?? {}, { writeBytesPerSecond: 2.4e8, readBytesPerSecond: 6e7, waitMs });
}

/** So small a share of a filesystem is left. */
export function nearlyFull(host: WorldHost, mount: string, availableRatio: number): void {
  const place = host.filesystems[mount];
  if (place !== undefined) place.availableBytes = place.sizeBytes * availableRatio;
}

/** Traffic as a share of the link's speed. */
export function loadedLink(host: WorldHost, speedMegabits: number, share: { rx: number; tx: number }): void {
  const bytesPerSecond = speedMegabits * 125_000;
  Object.assign(host.network.eth0 ?? {}, {
    speedMegabits,
    rxBytesPerSecond: bytesPerSecond * share.rx,
    txBytesPerSecond: bytesPerSecond * share.tx,
  });
}

/** The engine's control group holds so much of its limit besides page cache that nobody uses. */
export function fullControlGroup(host: WorldHost, limitGib: number, workingSetRatio: number, maxPerSecond = 0): void {
  const limit = limitGib * GIB;
  Object.assign(host.cgroup, {
    memoryLimitBytes: limit,
    inactiveFileBytes: limit * 0.01,
    currentBytes: limit * Math.min(0.999, workingSetRatio + 0.01),
    maxPerSecond,
  });
}
