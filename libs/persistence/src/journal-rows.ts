import type { Insertable, Selectable } from 'kysely';
import type { ActionRisk, Baseline, DeviceState, JournalEntry, JournalPatch, Subject } from '@app/core';
import { jsonOrNull, readJson } from './stored-json.js';
import type { ActionJournalTable } from './schema.js';

export function toJournalRow(entry: JournalEntry): Insertable<ActionJournalTable> {
  return {
    run_id: entry.runId,
    action_id: entry.actionId,
    target: entry.target,
    type: entry.type,
    subject: JSON.stringify(entry.subject),
    members: JSON.stringify(entry.members),
    parameters: JSON.stringify(entry.parameters),
    risk: entry.risk,
    plan_hash: entry.planHash,
    phase: entry.phase,
    intended_at: entry.intendedAt,
    applied_at: entry.appliedAt,
    verified_at: entry.verifiedAt,
    ended_at: entry.endedAt,
    state_before: jsonOrNull(entry.before),
    state_after: jsonOrNull(entry.after),
    baseline: jsonOrNull(entry.baseline),
    output: entry.output,
    error: entry.error,
  };
}

export function toJournalEntry(row: Selectable<ActionJournalTable>): JournalEntry {
  const read = <Value>(text: string, part: string): Value =>
    readJson<Value>(text, `${part} of action ${row.action_id} of run ${row.run_id}`);
  const readOrNull = <Value>(text: string | null, part: string): Value | null =>
    text === null ? null : read<Value>(text, part);
  return {
    runId: row.run_id,
    actionId: row.action_id,
    target: row.target,
    type: row.type,
    subject: read<Subject>(row.subject, 'subject'),
    members: read<string[]>(row.members, 'members'),
    parameters: read<Record<string, unknown>>(row.parameters, 'parameters'),
    risk: row.risk as ActionRisk,
    planHash: row.plan_hash,
    phase: row.phase,
    intendedAt: row.intended_at,
    appliedAt: row.applied_at,
    verifiedAt: row.verified_at,
    endedAt: row.ended_at,
    before: readOrNull<DeviceState>(row.state_before, 'state before'),
    after: readOrNull<DeviceState>(row.state_after, 'state after'),
    baseline: readOrNull<Baseline>(row.baseline, 'baseline'),
    output: row.output,
    error: row.error,
  };
}

/** The columns that a patch changes, and no other. */
export function patchedJournalColumns(patch: JournalPatch): Partial<Insertable<ActionJournalTable>> {
  const columns = {
    applied_at: patch.appliedAt,
    verified_at: patch.verifiedAt,
    ended_at: patch.endedAt,
    state_after: jsonOrNull(patch.after),
    output: patch.output,
    error: patch.error,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}
