import type { System } from '@app/core';
import { holdsData } from './mountinfo.parser.js';

/** Size of a mounted filesystem, from whichever source. */
export interface FilesystemSize {
  /** Same for every mount of the same device. */
  readonly device: string;
  readonly type: string;
  readonly mount: string;
  readonly totalBytes: number | null;
  readonly freeBytes: number | null;
  readonly totalInodes: number | null;
  readonly freeInodes: number | null;
  readonly isReadOnly: boolean;
}

/** Filesystems that can fill up, each once: bind mounts show one device many times, the shortest path names it. */
export function realDisks(filesystems: readonly FilesystemSize[]): System['disks'] {
  const byDevice = new Map<string, FilesystemSize>();
  for (const filesystem of filesystems) {
    const { device, type, mount, totalBytes, isReadOnly } = filesystem;
    if (isReadOnly || totalBytes === null || totalBytes <= 0 || !holdsData(type, mount)) continue;
    const known = byDevice.get(device);
    if (known === undefined || mount.length < known.mount.length) byDevice.set(device, filesystem);
  }
  return [...byDevice.values()].map(({ mount, type, totalBytes, freeBytes, totalInodes, freeInodes }) => {
    // btrfs and others give out inodes without end and say 0.
    const hasInodes = totalInodes !== null && totalInodes > 0;
    return {
      mount,
      filesystem: type === '' ? null : type,
      totalBytes,
      freeBytes,
      totalInodes: hasInodes ? totalInodes : null,
      freeInodes: hasInodes ? freeInodes : null,
    };
  });
}
