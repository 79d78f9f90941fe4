import type { WorkflowFailure, WorkflowState } from './state.js';

export type { OptimizationAction } from '@app/core';

/** How a run through the graph ended. Its payloads are in the run store. */
export interface WorkflowResult {
  readonly runId: string;
  readonly status: 'succeeded' | 'rejected' | 'expired' | 'cancelled' | 'rolled_back' | 'failed' | 'awaiting_approval';
  /** Null when the analysis was not reached. */
  readonly hasFindings: boolean | null;
  readonly insightsSource: 'llm' | 'rules' | null;
  readonly failure: WorkflowFailure | null;
}

export function toWorkflowResult(state: WorkflowState): WorkflowResult {
  return {
    runId: state.runId,
    status: state.failure === null ? (state.endAs ?? 'succeeded') : 'failed',
    hasFindings: state.hasFindings,
    insightsSource: state.insightsSource,
    failure: state.failure,
  };
}
