import { close, closeSync, open, openSync, read, readSync } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { promisify, types } from 'node:util';
import type { Gap, SectionStatus } from '@app/core';

export interface UnreadFile {
  readonly ok: false;
  readonly status: Extract<SectionStatus, 'absent' | 'denied' | 'failed'>;
  readonly reason: string;
}

export type HostFile = { readonly ok: true; readonly text: string } | UnreadFile;

export interface HostFileOptions {
  /** A longer file has failed: a part of it could be taken for the whole. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 1024 * 1024;
const CHUNK_BYTES = 16 * 1024;
/**
 * What the kernel answers out of its memory, however the host fares. Going through the thread pool costs ten times what
 * the reading does. Not among them: what takes a lock that a stuck process or driver may hold (processes, link speeds,
 * control groups).
 */
const INSTANT =
  /^\/proc\/(?:stat|loadavg|meminfo|uptime|vmstat|diskstats|net\/dev|pressure\/[a-z]+|self\/cgroup)$|^\/sys\/devices\/system\/node\//;

/** Files of a Linux host below `/proc` and `/sys`: of this machine, or as somebody recorded them. */
export abstract class HostFiles {
  /** True when only the files somebody copied exist, so that a missing one says nothing about the host. */
  abstract readonly isRecording: boolean;

  /** Never throws: a file that can't be read is an answer. */
  abstract read(path: string, options?: HostFileOptions): Promise<HostFile>;

  abstract exists(path: string): Promise<boolean>;

  /** Names in a folder; none when it can't be read. */
  abstract list(folder: string): Promise<readonly string[]>;
}

/** Reads this machine, or a folder that holds `proc` and `sys` like one. */
export class DiskHostFiles extends HostFiles {
  readonly isRecording: boolean = false;

  constructor(private readonly root = '/') {
    super();
  }

  async read(path: string, { maxBytes = MAX_BYTES }: HostFileOptions = {}): Promise<HostFile> {
    if (!isHostPath(path)) return notAHostPath(path);
    try {
      const file = join(this.root, path);
      return INSTANT.test(path) ? readAtOnce(file, path, maxBytes) : await readBounded(file, path, maxBytes);
    } catch (error) {
      return { ok: false, ...describe(path, error) };
    }
  }

  async exists(path: string): Promise<boolean> {
    if (!isHostPath(path)) return false;
    return access(join(this.root, path)).then(
      () => true,
      () => false,
    );
  }

  async list(folder: string): Promise<readonly string[]> {
    if (!isHostPath(folder)) return [];
    return readdir(join(this.root, folder)).catch(() => []);
  }
}

/** Files that were copied off a host, by their absolute paths; everything outside `/proc` and `/sys` is left out. */
export class RecordedHostFiles extends HostFiles {
  readonly isRecording: boolean = true;
  private readonly texts = new Map<string, string>();
  private readonly folders = new Map<string, Set<string>>();

  constructor(files: Readonly<Record<string, string>>) {
    super();
    for (const [path, text] of Object.entries(files)) if (isHostPath(path)) this.add(path, text);
  }

  async read(path: string, { maxBytes = MAX_BYTES }: HostFileOptions = {}): Promise<HostFile> {
    const text = this.texts.get(path);
    if (text === undefined) return { ok: false, status: 'absent', reason: `${path} is not in the recording` };
    return text.length > maxBytes ? tooLarge(path, maxBytes) : { ok: true, text };
  }

  async exists(path: string): Promise<boolean> {
    return this.texts.has(path) || this.folders.has(path);
  }

  async list(folder: string): Promise<readonly string[]> {
    return [...(this.folders.get(folder) ?? [])];
  }

  private add(path: string, text: string): void {
    this.texts.set(path, text);
    for (let child = path; child !== '/';) {
      const folder = posix.dirname(child);
      const known = this.folders.get(folder);
      known?.add(posix.basename(child));
      if (known !== undefined) return;
      this.folders.set(folder, new Set([posix.basename(child)]));
      child = folder;
    }
  }
}

export function gapOf(signal: string, file: UnreadFile): Gap {
  return { signal, status: file.status, reason: file.reason };
}

export function textOf(file: HostFile): string {
  return file.ok ? file.text : '';
}

/** Parts of paths come out of files, so a path is not trusted to stay where it should. */
function isHostPath(path: string): boolean {
  return /^\/(proc|sys)(\/|$)/.test(path) && posix.normalize(path) === path && !path.includes('\0');
}

/** Shared: it is filled and copied from within one turn. */
const instantBuffer = Buffer.alloc(CHUNK_BYTES);

function readAtOnce(file: string, path: string, maxBytes: number): HostFile {
  const descriptor = openSync(file, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let length = 0; length <= maxBytes;) {
      const bytesRead = readSync(descriptor, instantBuffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return { ok: true, text: Buffer.concat(chunks).toString('utf8') };
      chunks.push(Buffer.from(instantBuffer.subarray(0, bytesRead)));
      length += bytesRead;
    }
    return tooLarge(path, maxBytes);
  } finally {
    closeSync(descriptor);
  }
}

/** By numbers: the handles of `node:fs/promises` take a tenth more CPU time to open and close. */
const openFile = promisify(open);
const readFile = promisify(read);
const closeFile = promisify(close);

/** The kernel gives these files no size, so they are read until they end. */
async function readBounded(file: string, path: string, maxBytes: number): Promise<HostFile> {
  const descriptor = await openFile(file, 'r');
  try {
    const full: Buffer[] = [];
    let chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let used = 0;
    while (full.length * CHUNK_BYTES + used <= maxBytes) {
      const { bytesRead } = await readFile(descriptor, chunk, used, CHUNK_BYTES - used, null);
      if (bytesRead === 0)
        return { ok: true, text: Buffer.concat([...full, chunk.subarray(0, used)]).toString('utf8') };
      used += bytesRead;
      if (used < CHUNK_BYTES) continue;
      full.push(chunk);
      chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      used = 0;
    }
    return tooLarge(path, maxBytes);
  } finally {
    await closeFile(descriptor);
  }
}

function tooLarge(path: string, maxBytes: number): UnreadFile {
  return { ok: false, status: 'failed', reason: `${path} is longer than ${maxBytes} bytes` };
}

function notAHostPath(path: string): UnreadFile {
  return { ok: false, status: 'failed', reason: `${JSON.stringify(path)} is no path below /proc or /sys` };
}

function describe(path: string, error: unknown): { status: UnreadFile['status']; reason: string } {
  const code = types.isNativeError(error) && 'code' in error ? String(error.code) : 'unknown error';
  // ESRCH and ENODEV: the process or device ended while its file was open.
  if (['ENOENT', 'ESRCH', 'ENODEV', 'ENOTDIR'].includes(code)) {
    return { status: 'absent', reason: `${path} does not exist` };
  }
  // Pressure files of a kernel started without psi=1.
  if (code === 'EOPNOTSUPP' || code === 'ENOTSUP') {
    return { status: 'absent', reason: `${path} is switched off in this kernel` };
  }
  if (code === 'EACCES' || code === 'EPERM') return { status: 'denied', reason: `${path} may not be read` };
  return { status: 'failed', reason: `${path} could not be read (${code})` };
}
