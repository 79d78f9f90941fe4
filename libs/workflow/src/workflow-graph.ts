import { buildGraph, type CompiledWorkflow, type GraphDeps } from './graph.factory.js';
import { WORKFLOW_STATE_VERSION, type WorkflowState } from './state.js';
import { toWorkflowResult, type WorkflowResult } from './workflow-result.js';

/** The compiled graph, built on first use and shared by all runs. */
export class WorkflowGraph {
  private compiled: Promise<CompiledWorkflow> | null = null;

  constructor(private readonly deps: GraphDeps) {}

  /** Runs a fresh run from its start, or a left one from its last checkpoint. Rejects when the signal aborts. */
  async execute(state: WorkflowState, options: { resume: boolean; signal: AbortSignal }): Promise<WorkflowResult> {
    const graph = await this.graph();
    const config = {
      configurable: { thread_id: state.runId },
      durability: 'sync' as const,
      signal: options.signal,
    };
    const canResume = options.resume && (await this.hasUsableCheckpoint(graph, config));
    return toWorkflowResult(await graph.invoke(canResume ? null : state, config));
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

  private async hasUsableCheckpoint(
    graph: CompiledWorkflow,
    config: { configurable: { thread_id: string } },
  ): Promise<boolean> {
    const { next, values } = await graph.getState({ configurable: config.configurable });
    if (next.length > 0 && (values as Partial<WorkflowState>).version === WORKFLOW_STATE_VERSION) return true;
    // What an older service left behind is of no use, and a new start must not be merged into it.
    this.deps.checkpoints.deleteThread(config.configurable.thread_id);
    return false;
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
