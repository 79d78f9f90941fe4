import type { WorkflowNode } from './node.js';
import { type InsightsDeps, writeInsights } from './write-insights.js';

/** Insights without a model: none is wanted, there is nothing to explain, or the model's node failed. */
export function makeRuleInsightsNode(deps: InsightsDeps): WorkflowNode {
  return (state, context) => writeInsights(deps, state, context?.signal, false);
}
