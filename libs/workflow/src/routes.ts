import type { WorkflowState } from './state.js';

/** A model is asked only when it is wanted, allowed by the mode, and has something to explain. */
export function routeAfterAnalyze(
  state: Pick<WorkflowState, 'failure' | 'hasFindings' | 'mode' | 'modelWanted'>,
): 'report' | 'rule-insights' | 'model-insights' {
  if (state.failure !== null) return 'report';
  if (state.hasFindings !== true || state.mode === 'observe' || !state.modelWanted) return 'rule-insights';
  return 'model-insights';
}

/** After the insights: a run that may only look makes no plan. */
export function routeAfterInsights(state: Pick<WorkflowState, 'failure' | 'mode'>): 'report' | 'plan' {
  return state.failure !== null || state.mode === 'observe' ? 'report' : 'plan';
}

/** What needs nobody is done first, so that it does not wait for a person who is asleep. */
export function routeAfterPlan(
  state: Pick<WorkflowState, 'failure' | 'hasWork' | 'needsApproval'>,
): 'report' | 'execute' | 'approve' {
  if (state.failure !== null) return 'report';
  if (state.hasWork) return 'execute';
  return state.needsApproval ? 'approve' : 'report';
}

export function routeAfterApprove(state: Pick<WorkflowState, 'decision'>): 'report' | 'execute' {
  return state.decision === 'approve' ? 'execute' : 'report';
}

/** One change at a time: its effect is watched before the next one begins. */
export function routeAfterExecute(
  state: Pick<WorkflowState, 'failure' | 'rollbackReason' | 'currentActionId' | 'needsApproval' | 'endAs'>,
): 'report' | 'rollback' | 'monitor' | 'approve' {
  if (state.rollbackReason !== null) return 'rollback';
  if (state.currentActionId !== null) return 'monitor';
  if (state.failure !== null || state.endAs !== null) return 'report';
  return state.needsApproval ? 'approve' : 'report';
}

export function routeAfterMonitor(
  state: Pick<WorkflowState, 'failure' | 'rollbackReason'>,
): 'rollback' | 'execute' | 'report' {
  if (state.rollbackReason !== null) return 'rollback';
  return state.failure === null ? 'execute' : 'report';
}
