import type { ActionsService } from '@app/actions';
import { analysisSettingsOf, type Settings } from '@app/config';
import { type ActionDefinition, type Analysis, AppError, type EffectHistory, type InsightRequest } from '@app/core';
import type { InsightService } from '@app/llm';
import type { RunStore } from '@app/persistence';
import type { WorkflowState, WorkflowUpdate } from '../state.js';
import type { StepRecorder, StepResult } from '../step-recorder.js';

export interface InsightsDeps {
  readonly insights: Pick<InsightService, 'write'>;
  readonly actions: Pick<ActionsService, 'find'>;
  readonly store: Pick<RunStore, 'get'>;
  readonly effects: Pick<EffectHistory, 'trackRecords'>;
  readonly recorder: StepRecorder;
  readonly settings: Pick<Settings, 'sampling' | 'durations' | 'slo' | 'thresholds' | 'targets'>;
}

/** Writes and stores the insights; `modelWanted` says whether the writer may ask the model. */
export function writeInsights(
  deps: InsightsDeps,
  state: WorkflowState,
  signal: AbortSignal | undefined,
  modelWanted: boolean,
): Promise<WorkflowUpdate> {
  return deps.recorder.record<WorkflowUpdate>(state.runId, 'insights', signal, async () => {
    const written = await deps.insights.write(await readRequest(deps, state, signal), { modelWanted });
    const degradedReason = written.insights.degradedReason ?? state.modelFailure;
    const insights = { ...written.insights, degradedReason };
    return {
      ...judgeInsights(written.degraded || state.modelFailure !== null, degradedReason),
      payloads: { insights },
      update: { hasInsights: true, insightsSource: insights.source },
    };
  });
}

function judgeInsights(isDegraded: boolean, reason: string | null): Pick<StepResult<never>, 'status' | 'detail'> {
  return { status: isDegraded ? 'degraded' : 'ok', detail: reason };
}

async function readRequest(
  { store, actions, effects, settings }: InsightsDeps,
  state: WorkflowState,
  signal: AbortSignal | undefined,
): Promise<InsightRequest> {
  const run = await store.get(state.runId);
  if (!run?.snapshot || !run.analysis) {
    throw new AppError('internal_error', 'The analysis of the run is not in the store.');
  }
  return {
    runId: run.id,
    target: run.target,
    mode: state.mode,
    objective: state.objective,
    slo: analysisSettingsOf(settings, run.target).slo,
    snapshot: run.snapshot,
    analysis: run.analysis,
    candidateActions: candidateActions(run.analysis, actions),
    trackRecords: await effects.trackRecords(),
    signal,
  };
}

/** Only confirmed findings lead to actions, and only to those of the catalogue. */
function candidateActions(analysis: Analysis, actions: InsightsDeps['actions']): ActionDefinition[] {
  const confirmed = analysis.findings.filter(({ state }) => state === 'confirmed');
  const types = new Set(confirmed.flatMap((finding) => finding.candidateActions.map(({ type }) => type)));
  return [...types].flatMap((type) => actions.find(type) ?? []);
}
