import {
  AppError,
  countFindings,
  messageOf,
  type Analysis,
  type Objective,
  type Run,
  type RunMode,
  type RunStage,
  type RunStep,
  type RunSummary,
} from '@app/core';
import {
  type CreateRunOptions,
  mergeSteps,
  mergeWarnings,
  type PayloadKind,
  type RunPatch,
  type RunPayloads,
} from './run-store.js';
import type { RunPayloadsTable, RunsTable } from './schema.js';

type Digest = Pick<RunSummary, 'findings' | 'primaryBottleneck' | 'healthScore'>;
export type SummaryRow = Pick<
  RunsTable,
  'id' | 'target' | 'mode' | 'status' | 'stage' | 'created_at' | 'finished_at' | 'duration_ms' | 'digest'
>;
export const SUMMARY_COLUMNS = [
  'id',
  'target',
  'mode',
  'status',
  'stage',
  'created_at',
  'finished_at',
  'duration_ms',
  'digest',
] as const;

export function toRow(run: Run, options: CreateRunOptions): RunsTable {
  return {
    id: run.id,
    target: run.target,
    mode: run.mode,
    objective: run.objective,
    max_actions: run.maxActions,
    llm: run.llm ? 1 : 0,
    status: run.status,
    stage: run.stage,
    created_at: run.createdAt,
    started_at: run.startedAt,
    finished_at: run.finishedAt,
    duration_ms: run.durationMs,
    requested_by: run.requestedBy,
    recoveries: 0,
    steps: JSON.stringify(run.steps),
    warnings: JSON.stringify(run.warnings),
    error: jsonOrNull(run.error),
    approval: jsonOrNull(run.approval),
    cancel_requested: jsonOrNull(run.cancelRequested),
    expires_at: run.plan?.expiresAt ?? null,
    digest: run.analysis === null ? null : digestOf(run.analysis),
    idempotency_key: options.idempotencyKey ?? null,
    body_hash: options.bodyHash ?? null,
  };
}

export function toRun(row: RunsTable, payloadRows: readonly RunPayloadsTable[]): Run {
  const payload = <Kind extends PayloadKind>(kind: Kind): RunPayloads[Kind] | null => {
    const found = payloadRows.find((candidate) => candidate.kind === kind);
    return found === undefined ? null : readJson<RunPayloads[Kind]>(found.json, row.id, kind);
  };
  return {
    id: row.id,
    target: row.target,
    mode: row.mode as RunMode,
    objective: row.objective as Objective,
    maxActions: row.max_actions,
    llm: row.llm === 1,
    status: row.status,
    stage: row.stage as RunStage | null,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    durationMs: row.duration_ms,
    requestedBy: row.requested_by,
    steps: readJson<RunStep[]>(row.steps, row.id, 'steps'),
    snapshot: payload('snapshot'),
    analysis: payload('analysis'),
    insights: payload('insights'),
    plan: payload('plan'),
    approval: row.approval === null ? null : readJson<NonNullable<Run['approval']>>(row.approval, row.id, 'approval'),
    cancelRequested:
      row.cancel_requested === null
        ? null
        : readJson<NonNullable<Run['cancelRequested']>>(row.cancel_requested, row.id, 'cancelRequested'),
    outcome: payload('outcome'),
    warnings: readJson<string[]>(row.warnings, row.id, 'warnings'),
    error: row.error === null ? null : readJson<NonNullable<Run['error']>>(row.error, row.id, 'error'),
  };
}

export function toSummary(row: SummaryRow): RunSummary {
  const digest =
    row.digest === null
      ? { findings: countFindings(null), primaryBottleneck: null, healthScore: null }
      : readJson<Digest>(row.digest, row.id, 'digest');
  return {
    id: row.id,
    target: row.target,
    mode: row.mode as RunMode,
    status: row.status,
    stage: row.stage as RunStage | null,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    durationMs: row.duration_ms,
    ...digest,
  };
}

export function digestOf(analysis: Analysis): string {
  const digest: Digest = {
    findings: countFindings(analysis),
    primaryBottleneck: analysis.primaryBottleneck,
    healthScore: analysis.healthScore,
  };
  return JSON.stringify(digest);
}

/** The columns that a patch changes, and no other. */
export function patchedColumns(row: RunsTable, patch: RunPatch): Partial<RunsTable> {
  const { steps, warnings, payloads } = patch;
  const columns: { [Column in keyof RunsTable]?: RunsTable[Column] | undefined } = {
    stage: patch.stage,
    started_at: patch.startedAt,
    finished_at: patch.finishedAt,
    duration_ms: patch.durationMs,
    error: jsonOrNull(patch.error),
    approval: jsonOrNull(patch.approval),
    cancel_requested: jsonOrNull(patch.cancelRequested),
    expires_at: payloads?.plan?.expiresAt,
    steps: steps && JSON.stringify(mergeSteps(readJson<RunStep[]>(row.steps, row.id, 'steps'), steps)),
    warnings: warnings && JSON.stringify(mergeWarnings(readJson<string[]>(row.warnings, row.id, 'warnings'), warnings)),
    digest: payloads?.analysis && digestOf(payloads.analysis),
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

function jsonOrNull(value: object | null): string | null;
function jsonOrNull(value: object | null | undefined): string | null | undefined;
function jsonOrNull(value: object | null | undefined): string | null | undefined {
  return value === null || value === undefined ? value : JSON.stringify(value);
}

/** The store wrote it, so only damage can break it; the error says where. */
export function readJson<Value>(text: string, runId: string, part: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch (error) {
    throw new AppError('store_failed', `The stored ${part} of run ${runId} can't be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
