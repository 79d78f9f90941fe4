import { type ChildProcess, spawn } from 'node:child_process';
import { types } from 'node:util';

export interface BoundedProcessOptions {
  /** Absolute. */
  readonly file: string;
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  /** Of both outputs together; what comes after is read and dropped. */
  readonly maxBytes: number;
}

export type ProcessRun =
  | {
      readonly kind: 'exited';
      readonly exitCode: number | null;
      readonly stdout: string;
      readonly stderr: string;
      readonly isTruncated: boolean;
    }
  | { readonly kind: 'timeout'; readonly timeoutMs: number }
  | { readonly kind: 'not-started'; readonly reason: string };

/** Runs a program without a shell, in a process group of its own that is killed when the time is over. Never rejects. */
export function runBounded({ file, argv, env, timeoutMs, maxBytes }: BoundedProcessOptions): Promise<ProcessRun> {
  return new Promise((resolve) => {
    const child = spawn(file, [...argv], { env, detached: true, shell: false, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = new BoundedOutput(maxBytes);
    child.stdout.on('data', (chunk: Buffer) => output.add('stdout', chunk));
    child.stderr.on('data', (chunk: Buffer) => output.add('stderr', chunk));
    const timer = setTimeout(() => {
      killGroup(child);
      // One in an uninterruptible driver call survives SIGKILL; nobody waits for it.
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      resolve({ kind: 'timeout', timeoutMs });
    }, timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ kind: 'not-started', reason: codeOf(error) });
    });
    child.once('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ kind: 'exited', exitCode, ...output.texts() });
    });
  });
}

class BoundedOutput {
  readonly #chunks: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  #left: number;
  #isTruncated: boolean = false;

  constructor(maxBytes: number) {
    this.#left = maxBytes;
  }

  add(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    const kept = chunk.subarray(0, this.#left);
    this.#left -= kept.length;
    if (kept.length > 0) this.#chunks[stream].push(kept);
    if (kept.length < chunk.length) this.#isTruncated = true;
  }

  texts(): { stdout: string; stderr: string; isTruncated: boolean } {
    const text = (stream: 'stdout' | 'stderr'): string => Buffer.concat(this.#chunks[stream]).toString('utf8');
    return { stdout: text('stdout'), stderr: text('stderr'), isTruncated: this.#isTruncated };
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It ended at that moment.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** Not by `instanceof`, which fails for errors that come from outside the context that a test runs in. */
function codeOf(error: unknown): string {
  if (!types.isNativeError(error)) return 'unknown error';
  return 'code' in error ? String(error.code) : error.message;
}
