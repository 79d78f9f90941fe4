import type { Generated } from 'kysely';
import type { JournalPhase, OutcomeVerdict, RunStatus } from '@app/core';
import type { PayloadKind } from './run-store.js';

/** Columns are text and integer only, and JSON is text, so that another SQL store can hold the same tables. */
export interface StoreSchema {
  readonly runs: RunsTable;
  readonly run_payloads: RunPayloadsTable;
  readonly llm_usage: { readonly day: string; readonly tokens: number };
  readonly store_probe: { readonly id: number; readonly value: string };
  readonly history_frames: HistoryFramesTable;
  readonly llm_exchanges: { readonly run_id: string; readonly json: string };
  readonly llm_answers: LlmAnswersTable;
  readonly action_journal: ActionJournalTable;
  readonly audit_records: AuditRecordsTable;
  readonly run_events: RunEventsTable;
  readonly freezes: FreezesTable;
  readonly freeze_lifts: { readonly target: string; readonly at: string };
  readonly kill_switch: KillSwitchTable;
  readonly action_effects: ActionEffectsTable;
}

export interface RunsTable {
  readonly id: string;
  readonly target: string;
  readonly mode: string;
  readonly objective: string;
  readonly max_actions: number;
  /** 0 or 1. */
  readonly llm: number;
  readonly status: RunStatus;
  readonly stage: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly duration_ms: number | null;
  readonly requested_by: string;
  readonly recoveries: number;
  /** JSON of `RunStep[]`. */
  readonly steps: string;
  /** JSON of `string[]`. */
  readonly warnings: string;
  /** JSON of the run's error, or null. */
  readonly error: string | null;
  /** JSON of the decision about the plan, or null. */
  readonly approval: string | null;
  /** JSON of who asked for its end, or null. */
  readonly cancel_requested: string | null;
  /** When its plan expires; null without a plan. */
  readonly expires_at: string | null;
  /** JSON of what a list shows of the analysis, so that a list never reads payloads; null before the analysis. */
  readonly digest: string | null;
  readonly idempotency_key: string | null;
  readonly body_hash: string | null;
}

export interface RunPayloadsTable {
  readonly run_id: string;
  readonly kind: PayloadKind;
  readonly json: string;
}

export interface HistoryFramesTable {
  readonly target: string;
  /** ISO 8601 UTC with milliseconds, so that the order of the texts is that of the times. */
  readonly at: string;
  /** Version of the frame's shape; frames of another one are not read. */
  readonly format: number;
  readonly samples: number;
  /** Base64 of the deflated JSON of snapshot and ranges. */
  readonly frame: string;
}

export interface LlmAnswersTable {
  readonly cache_key: string;
  /** ISO 8601 UTC with milliseconds. */
  readonly expires_at: string;
  readonly json: string;
}

/** Several columns hold JSON: subject, members, parameters, state_before, state_after, baseline. */
export interface ActionJournalTable {
  readonly sequence: Generated<number>;
  readonly run_id: string;
  readonly action_id: string;
  readonly target: string;
  readonly type: string;
  readonly subject: string;
  readonly members: string;
  readonly parameters: string;
  readonly risk: string;
  readonly plan_hash: string;
  readonly phase: JournalPhase;
  /** ISO 8601 UTC with milliseconds, as the other times. */
  readonly intended_at: string;
  readonly applied_at: string | null;
  readonly verified_at: string | null;
  readonly ended_at: string | null;
  readonly state_before: string | null;
  readonly state_after: string | null;
  readonly baseline: string | null;
  readonly output: string | null;
  readonly error: string | null;
}

/** Triggers refuse every change of a row and every deletion. */
export interface AuditRecordsTable {
  readonly id: Generated<number>;
  readonly at: string;
  readonly kind: string;
  readonly event: string;
  readonly actor: string;
  readonly target: string | null;
  readonly run_id: string | null;
  readonly action_id: string | null;
  readonly plan_hash: string | null;
  readonly reason: string | null;
  /** JSON. */
  readonly details: string;
}

export interface RunEventsTable {
  readonly id: Generated<number>;
  readonly run_id: string;
  readonly at: string;
  readonly event: string;
  /** JSON. */
  readonly data: string;
}

export interface FreezesTable {
  readonly target: string;
  readonly at: string;
  readonly reason: string;
  readonly run_id: string | null;
  readonly frozen_by: string;
}

/** One row at most. */
export interface KillSwitchTable {
  readonly id: number;
  /** 0 or 1. */
  readonly engaged: number;
  readonly at: string | null;
  readonly set_by: string | null;
  readonly reason: string | null;
}

export interface ActionEffectsTable {
  readonly run_id: string;
  readonly action_id: string;
  readonly target: string;
  readonly type: string;
  readonly rule_id: string;
  readonly at: string;
  /** JSON of the prediction, `null` included. */
  readonly predicted: string;
  /** JSON of a number or `null`, since it is a fraction. */
  readonly observed_change_ratio: string;
  readonly verdict: OutcomeVerdict;
}
