import { AppError, type Approval } from '@app/core';
import { buildGraph, type CompiledWorkflow, type GraphDeps } from './graph.factory.js';
import { WORKFLOW_STATE_VERSION, type WorkflowState } from './state.js';
import { toWorkflowResult, type WorkflowResult } from './workflow-result.js';

export interface ExecuteOptions {
  /** The run was begun before. */
  readonly resume: boolean;
  /** The decision that was taken about its plan. */
  readonly approval: Approval | null;
  /** Whether nothing was done yet, so that it may begin again where there is no usable checkpoint. */
  readonly mayStartOver: boolean;
  readonly signal: AbortSignal;
}

/** Two nodes for each of at most ten actions, and what comes before and after; LangGraph's own limit is 25. */
const MOST_STEPS = 60;

/** The compiled graph, built on first use and shared by all runs. */
export class WorkflowGraph {
  private compiled: Promise<CompiledWorkflow> | null = null;

  constructor(private readonly deps: GraphDeps) {}

  /**
   * Runs a fresh run from its start, or a left one from its last checkpoint, with the decision if it waited for one.
   * Rejects when the signal aborts.
   *
   * @throws AppError `run_interrupted` when the checkpoint is of no use and starting over could act twice
   */
  async execute(state: WorkflowState, options: ExecuteOptions): Promise<WorkflowResult> {
    const graph = await this.graph();
    const config = {
      configurable: { thread_id: state.runId },
      durability: 'sync' as const,
      recursionLimit: MOST_STEPS,
      signal: options.signal,
    };
    const input = options.resume ? await this.resumeInput(graph, config, state, options) : state;
    const result = toWorkflowResult((await graph.invoke(input, config)) as WorkflowState);
    const { next } = await graph.getState({ configurable: config.configurable });
    return next.includes('approve') ? { ...result, status: 'awaiting_approval' } : result;
  }

  /** The graph as Mermaid text. */
  async describe(): Promise<string> {
    const graph = await this.graph();
    const text = (await graph.getGraphAsync()).drawMermaid();
    // LangGraph draws a second, unconnected node for every error handler; where it leads is drawn as an edge.
    return text
      .split('\n')
      .filter((line) => !line.includes('__error_handler__'))
      .join('\n');
  }

  private async resumeInput(
    graph: CompiledWorkflow,
    config: { configurable: { thread_id: string } },
    state: WorkflowState,
    { approval, mayStartOver }: ExecuteOptions,
  ) {
    const { Command } = await import('@langchain/langgraph');
    const { next, values } = await graph.getState({ configurable: config.configurable });
    if (next.length > 0 && (values as Partial<WorkflowState>).version === WORKFLOW_STATE_VERSION) {
      // Without a decision the node asks again, and the graph waits again.
      return next.includes('approve') && approval !== null ? new Command({ resume: approval }) : null;
    }
    if (!mayStartOver) {
      throw new AppError(
        'run_interrupted',
        'What the run had reached is not readable any more, and it has acted already.',
      );
    }
    // What an older service left behind is of no use, and a new start must not be merged into it.
    this.deps.checkpoints.deleteThread(config.configurable.thread_id);
    return state;
  }

  private graph(): Promise<CompiledWorkflow> {
    this.compiled ??= buildGraph(this.deps).catch((error: unknown) => {
      // Not kept: the next run tries again.
      this.compiled = null;
      throw error;
    });
    return this.compiled;
  }
}
