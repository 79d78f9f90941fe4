import { AppError, Clock, type RunStage, type RunStep, type StepObserver, type StepStatus } from '@app/core';
import type { RunPatch, RunPayloads, RunStore } from '@app/persistence';

export interface StepResult<Update> {
  readonly status: StepStatus;
  readonly detail: string | null;
  readonly payloads?: Partial<RunPayloads>;
  /** The stage's step as it is stored already, when this time nothing was added to it. */
  readonly unchanged?: RunStep | undefined;
  /** What the node gives back to the graph. */
  readonly update: Update;
}

/** Thrown by a node whose run has ended or was taken from it; nothing of it is kept. */
export class RunAbandonedError extends Error {
  constructor(runId: string) {
    super(`Run ${runId} is no longer running.`);
    this.name = 'RunAbandonedError';
  }
}

/** Keeps a run's list of steps while its nodes work. Nothing is written for a run that is no longer running. */
export class StepRecorder {
  /** Begin of the stage at work per run: a failure is recorded by an error handler, which knows only the node. */
  private readonly begun = new Map<string, number>();

  constructor(
    private readonly store: RunStore,
    private readonly clock: Clock,
    private readonly observer?: StepObserver,
  ) {}

  /** Marks the stage as begun, does the work, and stores its step and its payloads in one change. */
  async record<Update>(
    runId: string,
    stage: RunStage,
    signal: AbortSignal | undefined,
    work: () => Promise<StepResult<Update>>,
  ): Promise<Update> {
    const startedAtMs = await this.begin(runId, stage, signal);
    const { status, detail, payloads, unchanged, update } = await work();
    const step = unchanged ?? this.step(stage, status, startedAtMs, detail);
    await this.write(runId, signal, { steps: [step], payloads });
    this.begun.delete(runId);
    if (unchanged === undefined) this.announce([step]);
    return update;
  }

  async begin(runId: string, stage: RunStage, signal: AbortSignal | undefined): Promise<number> {
    const startedAtMs = this.clock.now();
    this.begun.set(runId, startedAtMs);
    await this.write(runId, signal, { stage });
    return startedAtMs;
  }

  async recordFailure(runId: string, stage: RunStage, signal: AbortSignal | undefined, error: unknown): Promise<void> {
    const startedAtMs = this.begun.get(runId) ?? this.clock.now();
    const step = this.step(stage, 'failed', startedAtMs, reasonOf(error));
    await this.write(runId, signal, { steps: [step] });
    this.begun.delete(runId);
    this.announce([step]);
  }

  /** Called when a run leaves this process, however it ended. */
  forget(runId: string): void {
    this.begun.delete(runId);
  }

  /** Tells of steps that are in the store by now. */
  announce(steps: readonly RunStep[]): void {
    for (const step of steps) this.observer?.stepFinished(step);
  }

  step(stage: RunStage, status: StepStatus, startedAtMs: number, detail: string | null): RunStep {
    const finishedAtMs = this.clock.now();
    return {
      stage,
      status,
      startedAt: new Date(startedAtMs).toISOString(),
      finishedAt: new Date(finishedAtMs).toISOString(),
      durationMs: finishedAtMs - startedAtMs,
      detail,
    };
  }

  private async write(runId: string, signal: AbortSignal | undefined, patch: RunPatch): Promise<void> {
    if (signal?.aborted) throw new RunAbandonedError(runId);
    const isStillRunning = await this.store.transition(runId, ['running'], 'running', patch);
    if (!isStillRunning) throw new RunAbandonedError(runId);
  }
}

/** What a caller may read of a failure: our own words, never those of a bug, which stay in the log. */
export function reasonOf(error: unknown): string {
  return error instanceof AppError ? error.message : 'an internal error; the log has the details';
}
