import type { RunStage } from '@app/core';
import { Logger } from '@nestjs/common';
import type { WorkflowFailure, WorkflowState, WorkflowUpdate } from './state.js';
import { reasonOf, RunAbandonedError, type StepRecorder } from './step-recorder.js';
import type { NodeContext } from './nodes/node.js';

export const NODE_NAMES = [
  'collect',
  'analyze',
  'rule-insights',
  'model-insights',
  'plan',
  'approve',
  'execute',
  'monitor',
  'rollback',
  'report',
] as const;
export type NodeName = (typeof NODE_NAMES)[number];

/** Where a run goes on when a node has failed; the graph factory makes LangGraph's `Command` of it. */
export interface Detour {
  readonly goto: NodeName;
  /** Records the failure; what it returns goes into the state. Throws when the run is no longer ours. */
  readonly handle: (state: WorkflowState, error: unknown, context?: NodeContext) => Promise<WorkflowUpdate>;
}

export interface NodePolicy {
  readonly retryPolicy: { readonly maxAttempts: number; readonly logWarning: false };
  /** Absent: the node keeps its own deadlines. */
  readonly timeoutMs?: number;
  /** Absent: the error ends the graph, and the run service fails the run. */
  readonly onError?: Detour;
}

/**
 * One attempt everywhere: collectors answer with gaps instead of throwing, rules are deterministic, and the model's
 * client does its own retries. `logWarning` is off because LangGraph would write to the console.
 */
const ONE_ATTEMPT = { maxAttempts: 1, logWarning: false } as const;
/** On top of the model's own deadline: falling back takes milliseconds, so past this the node hangs. */
const INSIGHTS_MARGIN_MS = 5_000;
const MODEL_FAILURE = 'The model could not be used: its part of the run failed; the log has the details.';

export interface PolicyDeps {
  readonly recorder: StepRecorder;
  readonly llmTimeoutMs: number;
}

/** Retries, deadlines and error handlers of every node. */
export function makePolicies({ recorder, llmTimeoutMs }: PolicyDeps): Readonly<Record<NodeName, NodePolicy>> {
  const logger = new Logger('Workflow');
  const logFailure = (node: NodeName, runId: string, error: unknown): void =>
    logger.error(
      { message: `Node ${node} failed`, runId, error: String(error) },
      error instanceof Error ? error.stack : '',
    );

  /** Records the step as failed and closes the run. */
  const failRun = (node: NodeName, stage: RunStage, code: WorkflowFailure['code'], what: string): Detour => ({
    goto: 'report',
    handle: async (state, error, context) => {
      throwIfAbandoned(error, context);
      logFailure(node, state.runId, error);
      await recorder.recordFailure(state.runId, stage, context?.signal, error);
      return { failure: { node, code, message: `${what}: ${reasonOf(error)}` } };
    },
  });

  const fallBackToRules: Detour = {
    goto: 'rule-insights',
    handle: async (state, error, context) => {
      throwIfAbandoned(error, context);
      logFailure('model-insights', state.runId, error);
      return { modelFailure: MODEL_FAILURE };
    },
  };

  /** Whatever was done is taken back before the run ends: an error of ours must not leave a change behind. */
  const takeBack = (node: NodeName, stage: RunStage, what: string): Detour => ({
    goto: 'rollback',
    handle: async (state, error, context) => {
      throwIfAbandoned(error, context);
      logFailure(node, state.runId, error);
      await recorder.recordFailure(state.runId, stage, context?.signal, error);
      const message = `${what}: ${reasonOf(error)}`;
      return { failure: { node, code: 'internal_error', message }, rollbackReason: message };
    },
  });

  return {
    collect: {
      retryPolicy: ONE_ATTEMPT,
      onError: failRun('collect', 'collect', 'collection_failed', 'The target could not be read'),
    },
    analyze: {
      retryPolicy: ONE_ATTEMPT,
      onError: failRun('analyze', 'analyze', 'analysis_failed', 'The analysis failed'),
    },
    'model-insights': {
      retryPolicy: ONE_ATTEMPT,
      timeoutMs: llmTimeoutMs + INSIGHTS_MARGIN_MS,
      onError: fallBackToRules,
    },
    'rule-insights': {
      retryPolicy: ONE_ATTEMPT,
      onError: failRun('rule-insights', 'insights', 'internal_error', 'The insights could not be written'),
    },
    plan: {
      retryPolicy: ONE_ATTEMPT,
      onError: failRun('plan', 'plan', 'internal_error', 'The plan could not be made'),
    },
    // An error handler here would have to tell an interrupt from an error; there is nothing in it that can fail.
    approve: { retryPolicy: ONE_ATTEMPT },
    // No deadline for what has effects: LangGraph would drop the node and go on while it still acts.
    execute: { retryPolicy: ONE_ATTEMPT, onError: takeBack('execute', 'execute', 'The execution failed') },
    monitor: { retryPolicy: ONE_ATTEMPT, onError: takeBack('monitor', 'monitor', 'The effect could not be watched') },
    // Without a handler: the run service freezes what is left open and fails the run.
    rollback: { retryPolicy: ONE_ATTEMPT },
    report: { retryPolicy: ONE_ATTEMPT },
  };
}

/** A cancelled or handed-over run has not failed: nothing of it may be written any more. */
function throwIfAbandoned(error: unknown, context: NodeContext | undefined): void {
  if (error instanceof RunAbandonedError || context?.signal?.aborted) throw error;
}
