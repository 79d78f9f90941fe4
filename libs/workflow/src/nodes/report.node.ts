import type { Clock, RunStep } from '@app/core';
import type { RunStore } from '@app/persistence';
import type { WorkflowState } from '../state.js';
import { RunAbandonedError, type StepRecorder } from '../step-recorder.js';
import type { WorkflowNode } from './node.js';

export interface ReportDeps {
  readonly store: Pick<RunStore, 'get' | 'transition'>;
  readonly recorder: StepRecorder;
  readonly clock: Clock;
}

/** Closes the run: the last step, the terminal status and the end time in one change. */
export function makeReportNode({ store, recorder, clock }: ReportDeps): WorkflowNode {
  return async (state, context) => {
    const startedAtMs = await recorder.begin(state.runId, 'report', context?.signal);
    const run = await store.get(state.runId);
    const startedRunAtMs = run?.startedAt ? Date.parse(run.startedAt) : startedAtMs;
    const finishedAtMs = clock.now();
    const steps = [
      ...skippedSteps(state, recorder, startedAtMs),
      recorder.step('report', 'ok', startedAtMs, state.failure === null ? null : 'closed after a failure'),
    ];
    const status = state.failure === null ? (state.endAs ?? 'succeeded') : 'failed';
    const isClosed = await store.transition(state.runId, ['running'], status, {
      steps,
      finishedAt: new Date(finishedAtMs).toISOString(),
      durationMs: Math.max(0, finishedAtMs - startedRunAtMs),
      error: state.failure === null ? null : { code: state.failure.code, message: state.failure.message },
    });
    if (!isClosed) throw new RunAbandonedError(state.runId);
    recorder.announce(steps);
    return {};
  };
}

function skippedSteps(state: WorkflowState, recorder: StepRecorder, atMs: number): RunStep[] {
  const skipped: RunStep[] = [];
  if (state.failure !== null && !state.hasAnalysis) {
    skipped.push(recorder.step('insights', 'skipped', atMs, 'There is no analysis to explain.'));
  }
  if (state.failure !== null && !state.hasPlan && state.mode !== 'observe' && state.failure.node !== 'plan') {
    skipped.push(recorder.step('plan', 'skipped', atMs, 'The run failed before it.'));
  }
  return skipped;
}
