import { performance } from 'node:perf_hooks';
import { messageOf, type System } from '@app/core';

/** What is used of an answer of `systeminformation.fsSize()`. */
export interface FilesystemSize {
  readonly fs: string;
  readonly type: string;
  readonly size: number;
  readonly available: number;
  readonly mount: string;
}

export type ReadFilesystems = () => Promise<readonly FilesystemSize[]>;

export type DiskSpace =
  | { readonly ok: true; readonly disks: System['disks'] }
  | { readonly ok: false; readonly status: 'failed' | 'timeout'; readonly reason: string };

const CACHE_MS = 60_000;
const NOT_ON_DISK = new Set(['tmpfs', 'devtmpfs', 'squashfs', 'ramfs', 'iso9660', 'efivarfs', 'fuse.snapfuse']);

/** Imported at first use: the package is needed for this one question, and the start of the service is not the place. */
export async function readFilesystems(): Promise<readonly FilesystemSize[]> {
  const { default: systeminformation } = await import('systeminformation');
  return systeminformation.fsSize();
}

/**
 * Free space per filesystem, asked at most once a minute because it starts `df`. `df` hangs on a dead network mount:
 * then the deadline answers, and no second one is started while the first still hangs.
 */
export class DiskSpaceReader {
  private cached: { readonly disks: System['disks']; readonly atMs: number } | null = null;
  private inFlight: Promise<DiskSpace> | null = null;

  constructor(
    private readonly read: ReadFilesystems = readFilesystems,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {}

  async disks(timeoutMs: number): Promise<DiskSpace> {
    if (this.cached !== null && this.monotonicMs() - this.cached.atMs < CACHE_MS) {
      return { ok: true, disks: this.cached.disks };
    }
    this.inFlight ??= this.ask().finally(() => (this.inFlight = null));
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<DiskSpace>((resolve) => {
      const reason = `the filesystems did not answer within ${Math.round(timeoutMs)} ms`;
      timer = setTimeout(() => resolve({ ok: false, status: 'timeout', reason }), timeoutMs);
    });
    return Promise.race([this.inFlight, deadline]).finally(() => clearTimeout(timer));
  }

  private async ask(): Promise<DiskSpace> {
    try {
      const disks = realDisks(await this.read());
      this.cached = { disks, atMs: this.monotonicMs() };
      return { ok: true, disks };
    } catch (error) {
      return { ok: false, status: 'failed', reason: `the filesystems could not be read: ${messageOf(error)}` };
    }
  }
}

/** Filesystems that can fill up, each once: bind mounts show one device many times, the shortest path names it. */
export function realDisks(filesystems: readonly FilesystemSize[]): System['disks'] {
  const byDevice = new Map<string, FilesystemSize>();
  for (const filesystem of filesystems) {
    const { fs, type, size, mount } = filesystem;
    // Of the overlays only a container's own root says something new; the others repeat the disk below them.
    if (!(size > 0) || NOT_ON_DISK.has(type) || (type === 'overlay' && mount !== '/')) continue;
    const known = byDevice.get(fs);
    if (known === undefined || mount.length < known.mount.length) byDevice.set(fs, filesystem);
  }
  return [...byDevice.values()].map(({ mount, type, size, available }) => ({
    mount,
    filesystem: type === '' ? null : type,
    totalBytes: size,
    freeBytes: Number.isFinite(available) ? available : null,
  }));
}
