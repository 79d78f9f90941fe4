import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { killGroup } from './process-group.js';

/** How a run of nvidia-smi ended. */
export interface ExitedRun {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the helper answered, or how it failed to. */
export type HelperAnswer =
  | ({ readonly kind: 'exited' } & ExitedRun)
  | { readonly kind: 'too-large'; readonly limitBytes: number }
  /** The system had no process for it, or no shell. */
  | { readonly kind: 'not-started'; readonly code: string }
  | { readonly kind: 'died'; readonly message: string }
  | { readonly kind: 'timeout'; readonly groupId: number };

/** Sent by `nvidia-smi-helper.ts`. */
type HelperMessage = { readonly id: number } & Extract<HelperAnswer, { kind: 'exited' | 'too-large' | 'not-started' }>;

/** Little memory, and nothing thrown away between two calls that has to be made again for the next. */
const NODE_OPTIONS = [
  '--max-old-space-size=64',
  '--no-flush-bytecode',
  '--no-memory-reducer',
  '--no-parallel-scavenge',
];

function helperProgram(): { file: string; nodeOptions: string[] } {
  const built = fileURLToPath(new URL('./nvidia-smi-helper.js', import.meta.url));
  if (existsSync(built)) return { file: built, nodeOptions: NODE_OPTIONS };
  const loader = new URL('./run-helper-from-source.mjs', import.meta.url).href;
  const source = fileURLToPath(new URL('./nvidia-smi-helper.ts', import.meta.url));
  return { file: source, nodeOptions: [...NODE_OPTIONS, '--no-warnings', '--import', loader] };
}

/** Owns the child process in which node-nvidia-smi runs; forks it at need and kills its whole group at a deadline. */
export class HelperProcess {
  #child: ChildProcess | null = null;
  #lastId = 0;

  /** Process group of the helper, null when none runs. */
  get groupId(): number | null {
    return this.#child?.pid ?? null;
  }

  /** One call of node-nvidia-smi; on timeout the helper and all it started are killed. */
  ask(environment: NodeJS.ProcessEnv, timeoutMs: number): Promise<HelperAnswer> {
    const child = (this.#child ??= this.#fork(environment));
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const settle = (answer: HelperAnswer): void => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        child.off('error', onError);
        resolve(answer);
      };
      const onMessage = (message: unknown): void => {
        const { id: answered, ...answer } = message as HelperMessage;
        if (answered !== id) return;
        // The program may still be writing.
        if (answer.kind === 'too-large') this.kill();
        settle(answer);
      };
      const onExit = (code: number | null, signal: string | null): void =>
        settle({ kind: 'died', message: `the helper process ended with ${signal ?? `exit code ${code}`}` });
      const onError = (error: Error): void => settle({ kind: 'died', message: error.message });
      const timer = setTimeout(() => {
        const groupId = child.pid ?? 0;
        this.kill();
        settle({ kind: 'timeout', groupId });
      }, timeoutMs);
      child.on('message', onMessage);
      child.once('exit', onExit);
      child.once('error', onError);
      child.send({ id, path: environment.PATH ?? '' }, (error) => {
        if (error) onError(error);
      });
    });
  }

  kill(): void {
    const child = this.#child;
    this.#child = null;
    if (child?.pid !== undefined) killGroup(child.pid);
  }

  #fork(environment: NodeJS.ProcessEnv): ChildProcess {
    const { file, nodeOptions } = helperProgram();
    const child = fork(file, [], { detached: true, env: environment, execArgv: nodeOptions, stdio: 'ignore' });
    // An idle helper must not keep the agent alive; a call under way does, by its timer.
    child.unref();
    child.channel?.unref();
    const forget = (): void => {
      if (this.#child === child) this.#child = null;
    };
    child.once('exit', forget);
    child.on('error', forget);
    return child;
  }
}
