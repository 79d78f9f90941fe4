import { Logger } from '@nestjs/common';
import { type ActionJournal, type Clock, isTerminal, type Run } from '@app/core';
import type { Checkpoints, RunStore } from '@app/persistence';
import type { CancelSignals } from './cancel-signals.js';
import type { Rollbacks } from './rollbacks.js';
import { initialState } from './state.js';
import { reasonOf, type StepRecorder } from './step-recorder.js';
import type { WorkflowGraph } from './workflow-graph.js';

/** A run that takes the process down each time must not do so for ever. */
export const MAX_RECOVERIES = 3;

export interface RunExecutorDeps {
  readonly store: RunStore;
  readonly graph: Pick<WorkflowGraph, 'execute'>;
  readonly checkpoints: Pick<Checkpoints, 'deleteThread'>;
  readonly recorder: StepRecorder;
  readonly clock: Clock;
  /** Whether a model is configured and switched on at all. */
  readonly isModelAvailable: boolean;
  /** What a run has begun and not brought to an end. */
  readonly journal: Pick<ActionJournal, 'ofRun'>;
  readonly rollbacks: Pick<Rollbacks, 'undoOpen'>;
  readonly cancels: Pick<CancelSignals, 'request' | 'forget'>;
  /** Called when a run has come to rest or has left this process. */
  readonly onRest: (runId: string) => void;
}

/** Takes one run through the graph and makes sure that it ends in the store, whatever happens. */
export class RunExecutor {
  private readonly logger = new Logger('Runs');
  private readonly aborts = new Map<string, AbortController>();

  constructor(private readonly deps: RunExecutorDeps) {}

  /** `isDecided`: the run waited for a person, and goes on; that is no recovery. */
  async execute(runId: string, isDecided = false): Promise<void> {
    const abort = new AbortController();
    this.aborts.set(runId, abort);
    try {
      await this.runThroughGraph(runId, abort.signal, isDecided);
    } catch (error) {
      await this.close(runId, error, abort.signal);
    } finally {
      this.aborts.delete(runId);
      this.deps.recorder.forget(runId);
      this.deps.cancels.forget(runId);
      this.deps.onRest(runId);
    }
  }

  /** Stops work on a run that the store already calls cancelled. */
  abort(runId: string): void {
    this.aborts.get(runId)?.abort();
  }

  /** Stops all work and leaves the runs `running` at their last checkpoint, for the next process. */
  abandonAll(): void {
    for (const [runId, abort] of this.aborts) {
      this.logger.warn({ message: 'Run left at its checkpoint for the next start', runId });
      abort.abort();
    }
  }

  private async runThroughGraph(runId: string, signal: AbortSignal, isDecided: boolean): Promise<void> {
    const { store, clock, graph, checkpoints, journal } = this.deps;
    const startedAt = clock.isoNow();
    const isFresh = await store.transition(runId, ['queued'], 'running', { startedAt });
    const run = await store.get(runId);
    if (run === null || run.status !== 'running') return;
    if (!isFresh && !isDecided && !(await this.countRecovery(run))) return;
    const how = isFresh ? 'started' : isDecided ? 'goes on after a decision' : 'resumed';
    this.logger.log({ message: `Run ${how}`, runId, target: run.target, mode: run.mode });
    const state = initialState(run, run.llm && this.deps.isModelAvailable && run.mode !== 'observe');
    const hasActed = !isFresh && (await journal.ofRun(runId)).length > 0;
    const { approval } = run;
    const result = await graph.execute(state, { resume: !isFresh, approval, mayStartOver: !hasActed, signal });
    if (result.status === 'awaiting_approval') {
      await store.transition(runId, ['running'], 'awaiting_approval', { stage: 'approve' });
    } else {
      checkpoints.deleteThread(runId);
    }
    this.logger.log({ message: 'Run at rest', runId, status: result.status });
  }

  private async countRecovery(run: Run): Promise<boolean> {
    const { store } = this.deps;
    const recoveries = await store.countRecovery(run.id);
    if (recoveries !== null && recoveries <= MAX_RECOVERIES) {
      await store.update(run.id, { warnings: ['The service stopped during this run; it was taken up again.'] });
      return true;
    }
    await this.fail(run.id, {
      code: 'run_interrupted',
      message: `The service stopped ${MAX_RECOVERIES + 1} times during this run; it is not taken up again.`,
    });
    return false;
  }

  /** After an error that no node's policy caught: an abort, or a failure of the store or of the graph itself. */
  private async close(runId: string, error: unknown, signal: AbortSignal): Promise<void> {
    // After a shutdown's abort the store may be closed already, and the run belongs to the next process.
    if (signal.aborted) return this.closeAborted(runId);
    this.logger.error(
      { message: 'Run failed', runId, error: String(error) },
      error instanceof Error ? error.stack : undefined,
    );
    try {
      const ended = await this.deps.store.get(runId);
      if (ended !== null && isTerminal(ended.status)) return this.deps.checkpoints.deleteThread(runId);
      await this.fail(runId, { code: 'internal_error', message: `The run could not be finished: ${reasonOf(error)}` });
    } catch (storeError) {
      // Nothing can be written: the run stays `running` and the next start takes it up.
      this.logger.error({ message: 'The failure of a run could not be stored', runId, error: String(storeError) });
    }
  }

  private async closeAborted(runId: string): Promise<void> {
    try {
      const run = await this.deps.store.get(runId);
      if (run?.status === 'cancelled') this.deps.checkpoints.deleteThread(runId);
    } catch (error) {
      this.logger.warn({ message: 'Checkpoints of an aborted run were not deleted', runId, error: String(error) });
    }
  }

  /** What the run has changed and nobody watches any more is taken back first. */
  private async fail(runId: string, error: NonNullable<Run['error']>): Promise<void> {
    const { store, clock, checkpoints, rollbacks } = this.deps;
    const undone = await rollbacks.undoOpen(runId, error.message);
    const run = await store.get(runId);
    const finishedAtMs = clock.now();
    const outcome = run?.outcome ?? null;
    const hasTakenBack = undone.isRolledBack || undone.frozen;
    await store.transition(runId, ['queued', 'running'], 'failed', {
      error: undone.frozen ? { code: 'rollback_failed', message: `${error.message} ${undone.explanation}` } : error,
      ...(hasTakenBack
        ? {
            payloads: {
              outcome: {
                verdict: outcome?.verdict ?? ('inconclusive' as const),
                metrics: outcome?.metrics ?? [],
                rolledBack: !undone.frozen,
                frozen: undone.frozen,
                explanation: undone.explanation,
              },
            },
          }
        : {}),
      finishedAt: new Date(finishedAtMs).toISOString(),
      durationMs: run?.startedAt ? Math.max(0, finishedAtMs - Date.parse(run.startedAt)) : null,
    });
    checkpoints.deleteThread(runId);
  }
}
