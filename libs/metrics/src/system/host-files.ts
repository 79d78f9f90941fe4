import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { types } from 'node:util';
import type { Gap, SectionStatus } from '@app/core';

export type HostFile =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false;
      readonly status: Extract<SectionStatus, 'absent' | 'denied' | 'failed'>;
      readonly reason: string;
    };

/** Files below `/proc` and `/sys`, or below another root in tests. */
export class HostFiles {
  constructor(private readonly root = '/') {}

  /** Never throws: a file that can't be read is an answer. */
  async read(path: string): Promise<HostFile> {
    try {
      return { ok: true, text: await readFile(join(this.root, path), 'utf8') };
    } catch (error) {
      return { ok: false, ...describe(path, error) };
    }
  }

  async exists(path: string): Promise<boolean> {
    return access(join(this.root, path)).then(
      () => true,
      () => false,
    );
  }
}

export function gapOf(signal: string, file: Extract<HostFile, { ok: false }>): Gap {
  return { signal, status: file.status, reason: file.reason };
}

function describe(path: string, error: unknown): { status: 'absent' | 'denied' | 'failed'; reason: string } {
  const code = types.isNativeError(error) && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT') return { status: 'absent', reason: `${path} does not exist` };
  // Pressure files of a kernel started without psi=1.
  if (code === 'EOPNOTSUPP') return { status: 'absent', reason: `${path} is switched off in this kernel` };
  if (code === 'EACCES' || code === 'EPERM') return { status: 'denied', reason: `${path} may not be read` };
  return { status: 'failed', reason: `${path} could not be read (${code})` };
}
