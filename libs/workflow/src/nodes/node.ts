import type { WorkflowState, WorkflowUpdate } from '../state.js';

/** What LangGraph tells a node; `signal` is aborted by a cancelled run, a shutdown or the node's deadline. */
export interface NodeContext {
  readonly signal?: AbortSignal;
}

export type WorkflowNode = (state: WorkflowState, context?: NodeContext) => Promise<WorkflowUpdate>;
