import type { ActionGate, ActionRisk } from './action.js';
import type { Subject } from './analysis.js';

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
  readonly guardrails: readonly {
    readonly name: string;
    readonly verdict: 'allow' | 'deny';
    readonly reason: string;
  }[];
  readonly before: unknown;
  readonly after: unknown;
  readonly inverse: unknown;
  readonly error: string | null;
}

export interface Plan {
  readonly hash: string;
  readonly expiresAt: string;
  readonly actions: readonly OptimizationAction[];
}

export const OUTCOME_VERDICTS = ['improved', 'neutral', 'regressed', 'inconclusive'] as const;
export type OutcomeVerdict = (typeof OUTCOME_VERDICTS)[number];

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
