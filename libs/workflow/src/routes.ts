import type { WorkflowState } from './state.js';

/** A model is asked only when it is wanted, allowed by the mode, and has something to explain. */
export function routeAfterAnalyze(
  state: Pick<WorkflowState, 'failure' | 'hasFindings' | 'mode' | 'modelWanted'>,
): 'report' | 'rule-insights' | 'model-insights' {
  if (state.failure !== null) return 'report';
  if (state.hasFindings !== true || state.mode === 'observe' || !state.modelWanted) return 'rule-insights';
  return 'model-insights';
}
