import { createHash } from 'node:crypto';
import { Logger, type OnApplicationBootstrap } from '@nestjs/common';
import {
  AppError,
  type AuditKind,
  type AuditLog,
  type Clock,
  isTerminal,
  type Run,
  type RunRequest,
  type RunStage,
  type RunStatus,
  type RunSummary,
} from '@app/core';
import type { Checkpoints, RunListQuery, RunPage, RunStore } from '@app/persistence';
import type { Approvals, DecisionRequest } from './approvals.js';
import { ExpiryWatch } from './expiry-watch.js';
import type { ManualRollback } from './manual-rollback.js';
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
  readonly approvals: Approvals;
  readonly manualRollback: ManualRollback;
  readonly audit: Pick<AuditLog, 'append'>;
  /** The targets that exist. */
  readonly targets: readonly string[];
}

/** Stages in which a run may have changed something: it is not ended where it stands, it goes back first. */
const ACTING_STAGES: readonly RunStage[] = ['execute', 'monitor', 'rollback'];
const ROLLBACK_JOB = 'rollback:';

/** Starts, queues, cancels and resumes runs. The store is the truth; what is in memory only speeds it up. */
export class RunService implements OnApplicationBootstrap {
  private readonly logger = new Logger('Runs');
  private readonly ids = new RunIdSequence();
  private readonly waiters = new RunWaiters();
  private readonly executor: RunExecutor;
  private readonly queue: RunQueue;
  private readonly expiry: ExpiryWatch;
  /** Runs whose decision was taken by this process: that they go on is no recovery. */
  private readonly decided = new Set<string>();
  private isShuttingDown = false;

  constructor(private readonly deps: RunServiceDeps) {
    this.executor = new RunExecutor({ ...deps, onRest: (runId) => this.rested(runId) });
    this.queue = new RunQueue((job) => this.work(job));
    this.expiry = new ExpiryWatch(
      deps.approvals,
      () => deps.clock.now(),
      (runId) => this.goOn(runId, null),
    );
  }

  /** Takes up what the last process left: begun runs at their checkpoint, then the queued ones. */
  async onApplicationBootstrap(): Promise<void> {
    this.deps.checkpoints.deleteFinishedThreads();
    const left = await this.deps.store.unfinished();
    const inOrder = [...left.filter(({ status }) => status === 'running'), ...left.filter(isQueued)];
    for (const { id, target } of inOrder) this.queue.add(target, id);
    if (inOrder.length > 0) this.logger.log({ message: 'Runs of the last process taken up', runs: inOrder.length });
    for (const target of this.deps.targets) {
      const rollbacks = await this.deps.manualRollback.unfinished(target);
      for (const id of rollbacks) this.queue.add(target, `${ROLLBACK_JOB}${id}`);
    }
    await this.expiry.look();
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
    if (created.outcome === 'created') {
      await this.audited(run, 'run', 'requested', requestedBy);
      this.queue.add(run.target, run.id);
    }
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

  /**
   * Ends a run at once; a reading still under way is dropped when it comes back. A run that may have changed something
   * is asked to end: it takes back what it did first, and is `cancelled` then.
   */
  async cancel(id: string, by: string): Promise<Run> {
    const run = await this.get(id);
    const { clock, store } = this.deps;
    const finishedAtMs = clock.now();
    const end = {
      finishedAt: new Date(finishedAtMs).toISOString(),
      durationMs: run.startedAt === null ? null : Math.max(0, finishedAtMs - Date.parse(run.startedAt)),
    };
    const open: readonly RunStatus[] = ['queued', 'running', 'awaiting_approval'];
    if (await store.transition(id, open, 'cancelled', end, { unlessStages: ACTING_STAGES })) {
      this.executor.abort(id);
      this.deps.checkpoints.deleteThread(id);
    } else if (await store.transition(id, ['running'], 'running', { cancelRequested: { by, at: clock.isoNow() } })) {
      this.deps.cancels.request(id);
    } else {
      throw new AppError('run_not_cancellable', 'The run has already ended.', {
        details: { status: (await this.get(id)).status },
      });
    }
    this.logger.log({ message: 'Run cancelled', runId: id, by });
    await this.audited(run, 'cancel', 'requested', by);
    this.waiters.notify(id);
    return this.get(id);
  }

  /** Takes the decision about a run's plan and lets the run go on with it. */
  async decide(id: string, request: DecisionRequest, by: string): Promise<Run> {
    const run = await this.get(id);
    await this.deps.approvals.decide(run, request, by);
    this.logger.log({ message: `Plan ${request.decision === 'approve' ? 'approved' : 'rejected'}`, runId: id, by });
    this.goOn(id, request.decision === 'approve' ? run.target : null);
    return this.get(id);
  }

  /** Takes back what an ended run has left in place; the answer comes before it is done. */
  async rollback(id: string, by: string): Promise<Run> {
    const run = await this.get(id);
    await this.deps.manualRollback.request(run, by);
    this.queue.add(run.target, `${ROLLBACK_JOB}${id}`);
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
    this.expiry.stop();
    this.queue.close();
    await this.idleWithin(graceMs);
    this.executor.abandonAll();
    await this.queue.idle();
    this.waiters.notifyAll();
  }

  private async work(job: string): Promise<void> {
    if (job.startsWith(ROLLBACK_JOB)) {
      const runId = job.slice(ROLLBACK_JOB.length);
      await this.deps.manualRollback.execute(runId);
      this.waiters.notify(runId);
      return;
    }
    await this.executor.execute(job, this.decided.delete(job));
  }

  /** An approved run takes its turn on the target; one that only ends needs none. */
  private goOn(runId: string, target: string | null): void {
    if (this.isShuttingDown) return;
    this.decided.add(runId);
    this.queue.add(target ?? `ending:${runId}`, runId);
  }

  private rested(runId: string): void {
    this.waiters.notify(runId);
    void this.expiry.look();
  }

  private async audited(run: Run, kind: AuditKind, event: string, actor: string): Promise<void> {
    const { id: runId, target, plan } = run;
    const rest = { actionId: null, planHash: plan?.hash ?? null, reason: null, details: {} };
    await this.deps.audit.append({ kind, event, actor, target, runId, ...rest });
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
