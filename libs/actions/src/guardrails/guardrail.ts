import type { PolicyRule } from '@app/config';
import type {
  Analysis,
  Approval,
  Freeze,
  JournalEntry,
  KillSwitchState,
  OptimizationAction,
  Plan,
  RunMode,
  Snapshot,
} from '@app/core';
import type { Precondition } from '../action.js';
import type { Judgement } from './verdict.js';

/** Everything that a guardrail may look at. What could not be read is null, and null never allows. */
export interface GuardInput {
  readonly action: OptimizationAction;
  /** `plan`: may it be proposed for execution. `execute`: may it be done now. */
  readonly moment: 'plan' | 'execute';
  readonly nowMs: number;
  readonly run: { readonly id: string; readonly target: string; readonly mode: RunMode };
  readonly settings: {
    readonly maxMode: RunMode;
    readonly sampleIntervalMs: number;
    readonly hasApiKeys: boolean;
    /** Of this action type; null when the configuration says nothing about it. */
    readonly rule: PolicyRule | null;
  };
  /** As it is stored now; that it is still what was approved is for a guardrail to see. Null while planning. */
  readonly plan: Plan | null;
  readonly approval: Approval | null;
  /** What the plan was made from. */
  readonly planned: { readonly snapshot: Snapshot; readonly analysis: Analysis } | null;
  /** How it is now; while planning the same as `planned`. */
  readonly present: { readonly snapshot: Snapshot; readonly analysis: Analysis } | null;
  /** The target's journal of the last 30 days. */
  readonly journal: readonly JournalEntry[] | null;
  /** Of the action type, from its implementation; null without one. */
  readonly coolDownSeconds: number | null;
  readonly monitorSeconds: number | null;
  readonly safety: {
    readonly killSwitch: KillSwitchState;
    readonly freeze: Freeze | null;
    /** Failures before this instant do not count for the circuit breaker. */
    readonly breakerResetAtMs: number | null;
  } | null;
  /** `reason: null` = it can be done by this installation. Null as a whole: nobody knows. */
  readonly executor: { readonly reason: string | null } | null;
  readonly preconditions: readonly Precondition[] | null;
}

export interface Guardrail {
  /** Kebab-case; reaches the API. */
  readonly name: string;
  /** What it is for, in a sentence. */
  readonly purpose: string;
  /** Whether it also judges while planning, where nothing is approved yet. */
  readonly moments: readonly GuardInput['moment'][];
  check(input: GuardInput): Judgement;
}
