import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';

/** Between a polite end and one by force. */
const END_MS = 8_000;

const running = new Set<ChildProgram>();
// However this process ends, nothing that it started goes on.
process.on('exit', () => {
  for (const { child } of running) child.kill('SIGKILL');
});

/** Ctrl-C ends the programs in an orderly way, the last one first, since a reader goes before what it reads. */
export function endProgramsOnSignals(exitCode: number): void {
  const end = async (): Promise<void> => {
    for (const program of [...running].reverse()) await program.stop();
    process.exit(exitCode);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end());
}

export interface ChildProgram {
  readonly child: ChildProcess;
  /** The end of what it wrote to stderr. */
  readonly errors: () => string;
  stop(): Promise<void>;
}

/** Starts a built program with Node. */
export function startProgram(argv: readonly string[], env: Readonly<Record<string, string>>): ChildProgram {
  const child = spawn(process.execPath, [...argv], {
    env,
    // Ctrl-C is for the parent alone, which ends them in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors = `${errors}${chunk.toString('utf8')}`.slice(-2_000)));
  const program: ChildProgram = {
    child,
    errors: () => errors,
    stop: async () => {
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), END_MS);
      await ended;
      clearTimeout(force);
    },
  };
  running.add(program);
  void ended.then(() => running.delete(program));
  return program;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
