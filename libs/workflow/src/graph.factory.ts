import type { Checkpoints } from '@app/persistence';
import { type AnalyzeDeps, makeAnalyzeNode } from './nodes/analyze.node.js';
import { type CollectDeps, makeCollectNode } from './nodes/collect.node.js';
import { makeApproveNode } from './nodes/approve.node.js';
import { type ExecuteDeps, makeExecuteNode } from './nodes/execute.node.js';
import { makeModelInsightsNode } from './nodes/model-insights.node.js';
import { makeMonitorNode, type MonitorDeps } from './nodes/monitor.node.js';
import type { NodeContext } from './nodes/node.js';
import { makePlanNode, type PlanDeps } from './nodes/plan.node.js';
import { makeReportNode, type ReportDeps } from './nodes/report.node.js';
import { makeRollbackNode, type RollbackNodeDeps } from './nodes/rollback.node.js';
import { makeRuleInsightsNode } from './nodes/rule-insights.node.js';
import type { InsightsDeps } from './nodes/write-insights.js';
import { makePolicies, type NodePolicy } from './policies.js';
import {
  routeAfterAnalyze,
  routeAfterApprove,
  routeAfterExecute,
  routeAfterInsights,
  routeAfterMonitor,
  routeAfterPlan,
} from './routes.js';
import { type WorkflowState, WorkflowStateSchema, type WorkflowUpdate } from './state.js';

export type GraphDeps = CollectDeps &
  AnalyzeDeps &
  InsightsDeps &
  PlanDeps &
  ExecuteDeps &
  MonitorDeps &
  RollbackNodeDeps &
  ReportDeps & { readonly checkpoints: Checkpoints; readonly llmTimeoutMs: number };

export type CompiledWorkflow = Awaited<ReturnType<typeof buildGraph>>;

/** The workflow's nodes and edges, compiled with its checkpointer. LangGraph is loaded here, on first use. */
export async function buildGraph(deps: GraphDeps) {
  const { Command, END, interrupt, START, StateGraph } = await import('@langchain/langgraph');
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
    .addNode('plan', makePlanNode(deps), options(policies.plan))
    .addNode('approve', makeApproveNode(interrupt), options(policies.approve))
    .addNode('execute', makeExecuteNode(deps), options(policies.execute))
    .addNode('monitor', makeMonitorNode(deps), options(policies.monitor))
    .addNode('rollback', makeRollbackNode(deps), options(policies.rollback))
    .addNode('report', makeReportNode(deps), options(policies.report))
    .addEdge(START, 'collect')
    .addEdge('collect', 'analyze')
    .addConditionalEdges('analyze', routeAfterAnalyze, ['report', 'rule-insights', 'model-insights'])
    .addConditionalEdges('rule-insights', routeAfterInsights, ['report', 'plan'])
    .addConditionalEdges('model-insights', routeAfterInsights, ['report', 'plan'])
    .addConditionalEdges('plan', routeAfterPlan, ['report', 'execute', 'approve'])
    .addConditionalEdges('approve', routeAfterApprove, ['report', 'execute'])
    .addConditionalEdges('execute', routeAfterExecute, ['report', 'rollback', 'monitor', 'approve'])
    .addConditionalEdges('monitor', routeAfterMonitor, ['rollback', 'execute', 'report'])
    .addEdge('rollback', 'report')
    .addEdge('report', END)
    .compile({ checkpointer: await deps.checkpoints.create(), name: 'resource-agent' });
}
