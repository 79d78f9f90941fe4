import type { WorkflowNode } from './node.js';
import { type InsightsDeps, writeInsights } from './write-insights.js';

/** Insights by the model; the writer falls back to the rules by itself when the model is of no use. */
export function makeModelInsightsNode(deps: InsightsDeps): WorkflowNode {
  return (state, context) => writeInsights(deps, state, context?.signal, true);
}
