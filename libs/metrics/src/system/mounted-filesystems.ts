import { statfs } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { type Gap, messageOf } from '@app/core';
import type { FilesystemSize } from './disk-space.js';
import { type HostFiles, gapOf } from './host-files.js';
import { type Mount, parseMountinfo } from './mountinfo.parser.js';

/** What is used of an answer of `fs.promises.statfs`. */
export interface FilesystemStatistics {
  readonly bsize: number;
  readonly blocks: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
}

export type AskFilesystem = (path: string) => Promise<FilesystemStatistics>;

export interface FilesystemsReading {
  readonly filesystems: readonly FilesystemSize[];
  readonly gaps: readonly Gap[];
}

/** Tables of hosts with very many containers are long. */
const MAX_MOUNTINFO_BYTES = 8 * 1024 * 1024;
const MAX_FILESYSTEMS = 256;
/** Each hanging question holds one of the four threads of Node's pool. */
const MAX_HANGING = 2;
const MAX_ANSWER_MS = 1_000;

/**
 * Asks the mounted filesystems for their free space, one after the other and without a process. On a dead network
 * mount the question hangs in the kernel: that mount is not asked again while it does, no other remote one is either,
 * and with two hanging nothing is asked any more.
 */
export class MountedFilesystems {
  private readonly hanging = new Map<string, Mount>();

  constructor(
    private readonly files: HostFiles,
    private readonly ask: AskFilesystem = (path) => statfs(path),
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {}

  /** Never throws; answers within the deadline. */
  async read(timeoutMs: number): Promise<FilesystemsReading> {
    const endMs = this.monotonicMs() + timeoutMs;
    const table = await this.files.read('/proc/self/mountinfo', { maxBytes: MAX_MOUNTINFO_BYTES });
    if (!table.ok) return { filesystems: [], gaps: [gapOf('system.disks', table)] };
    const filesystems: FilesystemSize[] = [];
    const gaps: Gap[] = [];
    for (const mount of onePerDevice(parseMountinfo(table.text)).slice(0, MAX_FILESYSTEMS)) {
      const leftMs = endMs - this.monotonicMs();
      const answer = this.mayAsk(mount) ? await this.askOne(mount, Math.min(MAX_ANSWER_MS, leftMs)) : hangs(mount);
      if ('signal' in answer) gaps.push(answer);
      else filesystems.push(answer);
    }
    return { filesystems, gaps };
  }

  private mayAsk(mount: Mount): boolean {
    if (this.hanging.has(mount.path) || this.hanging.size >= MAX_HANGING) return false;
    return !mount.isRemote || ![...this.hanging.values()].some(({ isRemote }) => isRemote);
  }

  private async askOne(mount: Mount, timeoutMs: number): Promise<FilesystemSize | Gap> {
    if (timeoutMs <= 0) return hangs(mount);
    this.hanging.set(mount.path, mount);
    const question = this.question(mount).finally(() => this.hanging.delete(mount.path));
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<Gap>((resolve) => {
      timer = setTimeout(() => resolve(hangs(mount)), timeoutMs);
    });
    return Promise.race([question, deadline]).finally(() => clearTimeout(timer));
  }

  private async question(mount: Mount): Promise<FilesystemSize | Gap> {
    try {
      const { bsize, blocks, bavail, files, ffree } = await this.ask(mount.path);
      return {
        device: mount.device,
        type: mount.type,
        mount: mount.path,
        totalBytes: blocks * bsize,
        freeBytes: bavail * bsize,
        totalInodes: files,
        freeInodes: ffree,
        isReadOnly: mount.isReadOnly,
      };
    } catch (error) {
      const reason = `the filesystem at ${mount.path} could not be read: ${messageOf(error)}`;
      return { signal: 'system.disks', status: 'failed', reason };
    }
  }
}

function hangs({ path }: Mount): Gap {
  return { signal: 'system.disks', status: 'timeout', reason: `the filesystem at ${path} does not answer` };
}

/** A device that is writable anywhere is asked once, where its path is shortest. */
function onePerDevice(mounts: readonly Mount[]): readonly Mount[] {
  const byDevice = new Map<string, Mount>();
  for (const mount of mounts) {
    if (mount.isReadOnly) continue;
    const known = byDevice.get(mount.device);
    if (known === undefined || mount.path.length < known.path.length) byDevice.set(mount.device, mount);
  }
  return [...byDevice.values()];
}
