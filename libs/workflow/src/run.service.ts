import { createHash } from 'node:crypto';
import { Logger, type OnApplicationBootstrap } from '@nestjs/common';
import {
  AppError,
  type Clock,
  isTerminal,
  type Run,
  type RunRequest,
  type RunStatus,
  type RunSummary,
} from '@app/core';
import type { Checkpoints, RunListQuery, RunPage, RunStore } from '@app/persistence';
import { RunExecutor, type RunExecutorDeps } from './run-executor.js';
import { RunIdSequence } from './run-id.js';
import { RunQueue } from './run-queue.js';
import { RunWaiters } from './run-waiters.js';

export interface StartOptions {
  /** Who asked: the name of an API key, `local`, `startup`. */
  readonly requestedBy: string;
  readonly idempotencyKey?: string | undefined;
}

export interface RunsStatus {
  readonly state: 'idle' | 'busy';
  readonly activeRuns: readonly RunSummary[];
  readonly queuedRuns: number;
  readonly awaitingApproval: readonly RunSummary[];
  readonly lastRun: RunSummary | null;
}

export interface RunServiceDeps extends Omit<RunExecutorDeps, 'onRest' | 'checkpoints'> {
  readonly store: RunStore;
  readonly clock: Clock;
  readonly checkpoints: Pick<Checkpoints, 'deleteThread' | 'deleteFinishedThreads'>;
  /** The targets that exist. */
  readonly targets: readonly string[];
}

/** Starts, queues, cancels and resumes runs. The store is the truth; what is in memory only speeds it up. */
export class RunService implements OnApplicationBootstrap {
  private readonly logger = new Logger('Runs');
  private readonly ids = new RunIdSequence();
  private readonly waiters = new RunWaiters();
  private readonly executor: RunExecutor;
  private readonly queue: RunQueue;
  private isShuttingDown = false;

  constructor(private readonly deps: RunServiceDeps) {
    this.executor = new RunExecutor({ ...deps, onRest: (runId) => this.waiters.notify(runId) });
    this.queue = new RunQueue((runId) => this.executor.execute(runId));
  }

  /** Takes up what the last process left: begun runs at their checkpoint, then the queued ones. */
  async onApplicationBootstrap(): Promise<void> {
    this.deps.checkpoints.deleteFinishedThreads();
    const left = await this.deps.store.unfinished();
    const inOrder = [...left.filter(({ status }) => status === 'running'), ...left.filter(isQueued)];
    for (const { id, target } of inOrder) this.queue.add(target, id);
    if (inOrder.length > 0) this.logger.log({ message: 'Runs of the last process taken up', runs: inOrder.length });
  }

  /** Stores a run and queues it for its target; the same idempotency key gives the same run. */
  async start(request: RunRequest, { requestedBy, idempotencyKey }: StartOptions): Promise<Run> {
    if (this.isShuttingDown) throw new AppError('shutting_down', 'The service is shutting down and takes no new runs.');
    if (!this.deps.targets.includes(request.target)) {
      throw new AppError('target_not_found', 'There is no such target; GET /targets lists those that exist.');
    }
    const run = newRun(this.ids.next(this.deps.clock.now()), request, requestedBy, this.deps.clock.isoNow());
    const created = await this.deps.store.create(run, { idempotencyKey, bodyHash: hashOf(request) });
    if (created.outcome === 'conflict') {
      throw new AppError('idempotency_key_reused', 'This idempotency key was used for another request.', {
        details: { runId: created.run.id },
      });
    }
    if (created.outcome === 'created') this.queue.add(run.target, run.id);
    return created.run;
  }

  async get(id: string): Promise<Run> {
    const run = await this.deps.store.get(id);
    if (run === null) throw new AppError('run_not_found', 'There is no such run.');
    return run;
  }

  list(query: RunListQuery): Promise<RunPage> {
    return this.deps.store.list(query);
  }

  /** Ends a run at once; a reading still under way is dropped when it comes back. */
  async cancel(id: string): Promise<Run> {
    const run = await this.get(id);
    const { clock, store } = this.deps;
    const finishedAtMs = clock.now();
    const isCancelled = await store.transition(id, ['queued', 'running', 'awaiting_approval'], 'cancelled', {
      finishedAt: new Date(finishedAtMs).toISOString(),
      durationMs: run.startedAt === null ? null : Math.max(0, finishedAtMs - Date.parse(run.startedAt)),
    });
    if (!isCancelled) {
      throw new AppError('run_not_cancellable', 'The run has already ended.', {
        details: { status: (await this.get(id)).status },
      });
    }
    this.logger.log({ message: 'Run cancelled', runId: id });
    this.executor.abort(id);
    this.waiters.notify(id);
    return this.get(id);
  }

  /** The run as soon as it is terminal or awaits approval, and as it is when the time is over. */
  async waitFor(id: string, timeoutMs: number): Promise<Run> {
    // Registered before the look, so that an end in between is not missed.
    const waiter = this.waiters.wait(id, timeoutMs);
    try {
      const run = await this.get(id);
      if (isAtRest(run.status) || this.isShuttingDown || timeoutMs <= 0) return run;
      await waiter.done;
      return await this.get(id);
    } finally {
      waiter.cancel();
    }
  }

  async status(): Promise<RunsStatus> {
    const { store } = this.deps;
    const activeRuns = await store.active();
    const queuedRuns = await store.countQueued();
    return {
      state: activeRuns.length + queuedRuns > 0 ? 'busy' : 'idle',
      activeRuns,
      queuedRuns,
      awaitingApproval: await store.awaitingApproval(),
      lastRun: await store.lastFinished(),
    };
  }

  /** Takes no new runs, lets those at work finish within the grace, and leaves the rest for the next process. */
  async shutdown(graceMs: number): Promise<void> {
    this.isShuttingDown = true;
    this.queue.close();
    await this.idleWithin(graceMs);
    this.executor.abandonAll();
    await this.queue.idle();
    this.waiters.notifyAll();
  }

  private async idleWithin(graceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([this.queue.idle(), grace]);
    clearTimeout(timer);
  }
}

function isQueued({ status }: { readonly status: RunStatus }): boolean {
  return status === 'queued';
}

function isAtRest(status: RunStatus): boolean {
  return isTerminal(status) || status === 'awaiting_approval';
}

/** Independent of the order of the request's fields. */
function hashOf({ target, mode, objective, maxActions, llm }: RunRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([target, mode, objective, maxActions, llm]))
    .digest('hex');
}

function newRun(id: string, request: RunRequest, requestedBy: string, createdAt: string): Run {
  return {
    id,
    target: request.target,
    mode: request.mode,
    objective: request.objective,
    maxActions: request.maxActions,
    llm: request.llm,
    status: 'queued',
    stage: null,
    createdAt,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    requestedBy,
    steps: [],
    snapshot: null,
    analysis: null,
    insights: null,
    plan: null,
    approval: null,
    cancelRequested: null,
    outcome: null,
    warnings: [],
    error: null,
  };
}
