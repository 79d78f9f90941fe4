import { type ChildProcess, spawn } from 'node:child_process';
import type { RunStage, RunStatus } from '@app/core';
import type { AgentImage } from './agent-image.js';
import type { AgentCalls, AgentMessage, AgentMethod, AgentOptions, Inspection } from './agent/messages.js';

/** The process ended before it answered. */
export class AgentGoneError extends Error {}

/** The agent said no, with a code of its interface. */
export class AgentRefusalError extends Error {
  constructor(
    readonly code: string,
    text: string,
  ) {
    super(text);
  }
}

const running = new Set<ChildProcess>();
// However this process ends, no agent goes on.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface AgentStart {
  readonly image: AgentImage;
  readonly path: string;
  readonly options: AgentOptions;
  readonly onStage: (stage: RunStage | null, status: RunStatus) => void;
}

const ERRORS_LENGTH = 2_000;

/** The agent in a process of its own, asked through messages instead of HTTP. */
export class AgentProcess {
  /** What the process before it had left. */
  readonly found: Promise<readonly Inspection[]>;
  readonly ready: Promise<void>;
  readonly ended: Promise<{ readonly signal: NodeJS.Signals | null; readonly errors: string }>;
  isGone = false;
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  private lastId = 0;
  private resolveFound: (left: readonly Inspection[]) => void = () => undefined;
  private resolveReady: () => void = () => undefined;

  constructor({ image, path, options, onStage }: AgentStart) {
    const env = { PATH: path };
    const argv = [...image.argv, JSON.stringify(options)];
    this.child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    running.add(this.child);
    this.found = this.orGone((resolve) => (this.resolveFound = resolve));
    this.ready = this.orGone((resolve) => (this.resolveReady = () => resolve(undefined)));
    this.ended = this.watchEnd();
    this.child.on('message', (message: AgentMessage) => this.take(message, onStage));
  }

  /** @throws AgentGoneError, AgentRefusalError */
  call<Method extends AgentMethod>(
    method: Method,
    ...args: Parameters<AgentCalls[Method]>
  ): Promise<Awaited<ReturnType<AgentCalls[Method]>>> {
    const id = (this.lastId += 1);
    return new Promise((resolve, reject) => {
      if (this.isGone) return reject(new AgentGoneError());
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      // A send that fails is answered by the end of the process.
      this.child.send({ id, method, args }, () => undefined);
    });
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  private watchEnd(): AgentProcess['ended'] {
    let errors = '';
    this.child.stderr?.on('data', (chunk: Buffer) => (errors = `${errors}${chunk.toString()}`.slice(-ERRORS_LENGTH)));
    return new Promise((resolve) => {
      this.child.once('close', (_code, signal) => {
        running.delete(this.child);
        this.isGone = true;
        for (const { reject } of this.waiting.values()) reject(new AgentGoneError());
        this.waiting.clear();
        resolve({ signal, errors });
      });
    });
  }

  private orGone<Value>(begin: (resolve: (value: Value) => void) => void): Promise<Value> {
    const promise = new Promise<Value>((resolve, reject) => {
      begin(resolve);
      this.child.once('close', () => reject(new AgentGoneError()));
    });
    // Not everybody waits for everything.
    promise.catch(() => undefined);
    return promise;
  }

  private take(message: AgentMessage, onStage: AgentStart['onStage']): void {
    switch (message.kind) {
      case 'found':
        return this.resolveFound(message.left);
      case 'ready':
        return this.resolveReady();
      case 'stage':
        return onStage(message.stage, message.status);
      case 'answer':
        this.waiting.get(message.id)?.resolve(message.value);
        break;
      case 'refusal':
        this.waiting.get(message.id)?.reject(new AgentRefusalError(message.code, message.text));
    }
    this.waiting.delete(message.id);
  }
}
