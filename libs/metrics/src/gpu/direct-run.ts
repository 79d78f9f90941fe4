import { spawn } from 'node:child_process';
import { killGroup } from './process-group.js';

const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

/** How a program that was run to learn its whole answer ended. */
export type DirectRun =
  | { kind: 'exited'; exitCode: number | null; signal: string | null; stdout: string; stderr: string }
  | { kind: 'timeout'; groupId: number }
  | { kind: 'too-large'; limitBytes: number }
  | { kind: 'not-started'; code: string | null; message: string };

/** Runs a program without a shell in its own process group, with bounded time and output. */
export interface DirectRunOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  readonly onStart?: (groupId: number) => void;
}

/** Resolves at the deadline at the latest, even when a grandchild outside the group keeps the pipes open. */
export function runDirectly(file: string, args: readonly string[], options: DirectRunOptions): Promise<DirectRun> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      detached: true,
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const output: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
    let sizeBytes = 0;
    const settle = (run: DirectRun): void => {
      clearTimeout(timer);
      resolve(run);
    };
    const stop = (run: DirectRun): void => {
      if (child.pid !== undefined) killGroup(child.pid);
      child.stdout.destroy();
      child.stderr.destroy();
      settle(run);
    };
    const timer = setTimeout(() => stop({ kind: 'timeout', groupId: child.pid ?? 0 }), options.timeoutMs);
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => {
        sizeBytes += chunk.length;
        output[name].push(chunk);
        if (sizeBytes > MAX_OUTPUT_BYTES) stop({ kind: 'too-large', limitBytes: MAX_OUTPUT_BYTES });
      });
    }
    child.once('error', (error: NodeJS.ErrnoException) =>
      settle({ kind: 'not-started', code: error.code ?? null, message: error.message }),
    );
    child.once('close', (exitCode, signal) => {
      const text = (name: 'stdout' | 'stderr'): string => Buffer.concat(output[name]).toString('utf8');
      settle({ kind: 'exited', exitCode, signal, stdout: text('stdout'), stderr: text('stderr') });
    });
    if (child.pid !== undefined) options.onStart?.(child.pid);
  });
}
