import type { ActionGate, ActionRisk } from './action.js';
import type { Subject } from './analysis.js';
import type { OutcomeVerdict, Prediction } from './effect.js';

export const PLANNED_ACTION_STATUSES = [
  'proposed',
  'denied',
  'approved',
  'rejected',
  'executing',
  'applied',
  'verified',
  'failed',
  'rolled_back',
] as const;
export type PlannedActionStatus = (typeof PLANNED_ACTION_STATUSES)[number];

export interface GuardrailVerdict {
  readonly name: string;
  readonly verdict: 'allow' | 'deny';
  /** What a person can act on. */
  readonly reason: string;
}

/** An action chosen for a subject, with everything that is needed to approve, do, check and undo it. */
export interface OptimizationAction {
  readonly id: string;
  readonly type: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly subject: Subject;
  readonly risk: ActionRisk;
  readonly gate: ActionGate;
  readonly reversible: boolean;
  readonly preview: string;
  readonly recommendationId: string | null;
  readonly findingIds: readonly string[];
  readonly status: PlannedActionStatus;
  readonly guardrails: readonly GuardrailVerdict[];
  /** Ids of all that it acts on, the subject's first: every GPU of a tensor-parallel group gets the same limit. */
  readonly members: readonly string[];
  /** Null for an action that is to change no signal. */
  readonly expected: Prediction | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly inverse: unknown;
  readonly error: string | null;
}

/** What a person decided about a plan; stored before the run goes on, and bound to the plan's hash. */
export interface Approval {
  readonly decision: 'approve' | 'reject' | 'expire';
  readonly planHash: string;
  /** Ids of the actions that were approved. */
  readonly actionIds: readonly string[];
  readonly by: string;
  readonly at: string;
  readonly comment: string | null;
}

export interface Plan {
  /** Over all that decides what is done: types, parameters, subjects, members, gates. Statuses have no part in it. */
  readonly hash: string;
  readonly expiresAt: string;
  readonly actions: readonly OptimizationAction[];
}

export interface Outcome {
  readonly verdict: OutcomeVerdict;
  readonly metrics: readonly {
    readonly signal: string;
    readonly before: number | null;
    readonly after: number | null;
    readonly changeRatio: number | null;
    readonly role: 'target' | 'guard';
    readonly verdict: OutcomeVerdict;
  }[];
  readonly rolledBack: boolean;
  readonly frozen: boolean;
  readonly explanation: string;
}
