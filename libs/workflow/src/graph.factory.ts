import type { Checkpoints } from '@app/persistence';
import { type AnalyzeDeps, makeAnalyzeNode } from './nodes/analyze.node.js';
import { type CollectDeps, makeCollectNode } from './nodes/collect.node.js';
import { makeModelInsightsNode } from './nodes/model-insights.node.js';
import type { NodeContext } from './nodes/node.js';
import { makeReportNode, type ReportDeps } from './nodes/report.node.js';
import { makeRuleInsightsNode } from './nodes/rule-insights.node.js';
import type { InsightsDeps } from './nodes/write-insights.js';
import { makePolicies, type NodePolicy } from './policies.js';
import { routeAfterAnalyze } from './routes.js';
import { type WorkflowState, WorkflowStateSchema, type WorkflowUpdate } from './state.js';

export type GraphDeps = CollectDeps &
  AnalyzeDeps &
  InsightsDeps &
  ReportDeps & { readonly checkpoints: Checkpoints; readonly llmTimeoutMs: number };

export type CompiledWorkflow = Awaited<ReturnType<typeof buildGraph>>;

/** The workflow's nodes and edges, compiled with its checkpointer. LangGraph is loaded here, on first use. */
export async function buildGraph(deps: GraphDeps) {
  const { Command, END, START, StateGraph } = await import('@langchain/langgraph');
  const policies = makePolicies(deps);
  const options = ({ retryPolicy, timeoutMs, onError }: NodePolicy) => ({
    retryPolicy,
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    ...(onError === undefined
      ? {}
      : {
          // Only for the drawing: LangGraph can't know where an error handler's command leads.
          ends: [onError.goto],
          errorHandler: async (state: WorkflowState, failed: { error: Error }, context?: NodeContext) =>
            new Command<unknown, WorkflowUpdate>({
              goto: onError.goto,
              update: await onError.handle(state, failed.error, context),
            }),
        }),
  });

  return new StateGraph(WorkflowStateSchema)
    .addNode('collect', makeCollectNode(deps), options(policies.collect))
    .addNode('analyze', makeAnalyzeNode(deps), options(policies.analyze))
    .addNode('rule-insights', makeRuleInsightsNode(deps), options(policies['rule-insights']))
    .addNode('model-insights', makeModelInsightsNode(deps), options(policies['model-insights']))
    .addNode('report', makeReportNode(deps), options(policies.report))
    .addEdge(START, 'collect')
    .addEdge('collect', 'analyze')
    .addConditionalEdges('analyze', routeAfterAnalyze, ['report', 'rule-insights', 'model-insights'])
    .addEdge('rule-insights', 'report')
    .addEdge('model-insights', 'report')
    .addEdge('report', END)
    .compile({ checkpointer: await deps.checkpoints.create(), name: 'resource-agent' });
}
