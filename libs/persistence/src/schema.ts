import type { RunStatus } from '@app/core';
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
