import {
  countFindings,
  type Analysis,
  type Approval,
  type Objective,
  type Plan,
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
import { jsonOrNull, readJson } from './stored-json.js';

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
    return found === undefined ? null : readPart<RunPayloads[Kind]>(row, found.json, kind);
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
    steps: readPart<RunStep[]>(row, row.steps, 'steps'),
    snapshot: payload('snapshot'),
    analysis: payload('analysis'),
    insights: payload('insights'),
    plan: payload('plan'),
    approval: readPartOrNull<Approval>(row, row.approval, 'approval'),
    cancelRequested: readPartOrNull<NonNullable<Run['cancelRequested']>>(row, row.cancel_requested, 'cancelRequested'),
    outcome: payload('outcome'),
    warnings: readPart<string[]>(row, row.warnings, 'warnings'),
    error: readPartOrNull<NonNullable<Run['error']>>(row, row.error, 'error'),
  };
}

export function toSummary(row: SummaryRow): RunSummary {
  const digest =
    row.digest === null
      ? { findings: countFindings(null), primaryBottleneck: null, healthScore: null }
      : readPart<Digest>(row, row.digest, 'digest');
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

/** Of a plan that a run has stored; null before it. */
export function toPlan(row: RunPayloadsTable | undefined): Plan | null {
  return row === undefined ? null : readPart<Plan>({ id: row.run_id }, row.json, 'plan');
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
    steps: steps && JSON.stringify(mergeSteps(readPart<RunStep[]>(row, row.steps, 'steps'), steps)),
    warnings: warnings && JSON.stringify(mergeWarnings(readPart<string[]>(row, row.warnings, 'warnings'), warnings)),
    digest: payloads?.analysis && digestOf(payloads.analysis),
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

function readPart<Value>(row: Pick<RunsTable, 'id'>, text: string, part: string): Value {
  return readJson<Value>(text, `${part} of run ${row.id}`);
}

function readPartOrNull<Value>(row: RunsTable, text: string | null, part: string): Value | null {
  return text === null ? null : readPart<Value>(row, text, part);
}
