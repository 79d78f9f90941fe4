import { z } from 'zod';
import { OBJECTIVES, type Run, RUN_MODES } from '@app/core';

/** Raised when a field changes its meaning: a checkpoint of another version is not resumed, the run starts over. */
export const WORKFLOW_STATE_VERSION = 2;

const WorkflowFailureSchema = z.object({
  /** The node that failed. */
  node: z.string(),
  /** Becomes `error.code` of the run. */
  code: z.enum(['collection_failed', 'analysis_failed', 'action_failed', 'rollback_failed', 'internal_error']),
  /** Becomes `error.message` of the run. */
  message: z.string(),
});
export type WorkflowFailure = z.infer<typeof WorkflowFailureSchema>;

/**
 * What travels between the nodes and into every checkpoint. It stays small: snapshot, analysis and insights are kept
 * by the run store under the run's id, and the state only says which of them are there.
 */
export const WorkflowStateSchema = z.object({
  /** Version of this schema, by which a resume notices a checkpoint of an older service. */
  version: z.number().int(),
  /** Id of the run, of its checkpoint thread, and the key of its stored payloads. */
  runId: z.string(),
  /** Target whose state is read. */
  target: z.string(),
  /** What the run may do at most. */
  mode: z.enum(RUN_MODES),
  /** What the recommendations are to favour. */
  objective: z.enum(OBJECTIVES),
  /** Whether a model is asked for the insights when there is something to explain. */
  modelWanted: z.boolean(),
  /** Whether the run's snapshot is in the store. */
  hasSnapshot: z.boolean(),
  /** Whether the run's analysis is in the store. */
  hasAnalysis: z.boolean(),
  /** Whether the analysis confirmed at least one finding; null before the analysis. */
  hasFindings: z.boolean().nullable(),
  /** Whether the run's insights are in the store. */
  hasInsights: z.boolean(),
  /** Who wrote the insights; null before that stage. */
  insightsSource: z.enum(['llm', 'rules']).nullable(),
  /** Why the wanted model was not used, for the rule-based writer that stands in; null when nothing went wrong. */
  modelFailure: z.string().nullable(),
  /** Whether the run's plan is in the store. */
  hasPlan: z.boolean(),
  /** Whether actions of the plan wait for a person. */
  needsApproval: z.boolean(),
  /** Whether actions may be begun: some need nobody's approval, or have it. */
  hasWork: z.boolean(),
  /** What a person decided, or that nobody did in time; null before. */
  decision: z.enum(['approve', 'reject', 'expire']).nullable(),
  /** The action whose effect is watched, by its id in the plan; null between two. */
  currentActionId: z.string().nullable(),
  /** Why what was done has to be taken back; null as long as it need not. */
  rollbackReason: z.string().nullable(),
  /** How the run ends when nothing fails; null means `succeeded`. */
  endAs: z.enum(['rejected', 'expired', 'cancelled', 'rolled_back']).nullable(),
  /** What ended the work early; null as long as all is well. */
  failure: WorkflowFailureSchema.nullable(),
});
export type WorkflowState = z.infer<typeof WorkflowStateSchema>;
export type WorkflowUpdate = Partial<WorkflowState>;

/** The state at START. */
export function initialState(run: Run, modelWanted: boolean): WorkflowState {
  return {
    version: WORKFLOW_STATE_VERSION,
    runId: run.id,
    target: run.target,
    mode: run.mode,
    objective: run.objective,
    modelWanted,
    hasSnapshot: false,
    hasAnalysis: false,
    hasFindings: null,
    hasInsights: false,
    insightsSource: null,
    modelFailure: null,
    hasPlan: false,
    needsApproval: false,
    hasWork: false,
    decision: null,
    currentActionId: null,
    rollbackReason: null,
    endAs: null,
    failure: null,
  };
}
