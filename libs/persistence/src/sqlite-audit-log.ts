import type { Selectable } from 'kysely';
import {
  AuditLog,
  type AuditKind,
  type AuditPage,
  type AuditQuery,
  type AuditRecord,
  type Clock,
  type NewAuditRecord,
} from '@app/core';
import { decodeAuditCursor, encodeAuditCursor } from './audit-cursor.js';
import type { AuditRecordsTable } from './schema.js';
import type { SqliteDatabase } from './sqlite-database.js';
import { readJson } from './stored-json.js';

/** Audit records in SQLite, where triggers keep them from being changed and deleted. */
export class SqliteAuditLog extends AuditLog {
  constructor(
    private readonly database: SqliteDatabase,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async append(record: NewAuditRecord): Promise<AuditRecord> {
    const at = this.clock.isoNow();
    const insert = this.database.query.insertInto('audit_records').values({
      at,
      kind: record.kind,
      event: record.event,
      actor: record.actor,
      target: record.target,
      run_id: record.runId,
      action_id: record.actionId,
      plan_hash: record.planHash,
      reason: record.reason,
      details: JSON.stringify(record.details),
    });
    return { ...record, id: this.database.insert(insert), at };
  }

  override async list({ runId, limit, cursor }: AuditQuery): Promise<AuditPage> {
    let query = this.database.query
      .selectFrom('audit_records')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(limit + 1);
    if (runId !== undefined) query = query.where('run_id', '=', runId);
    if (cursor !== undefined) query = query.where('id', '<', decodeAuditCursor(cursor));
    const rows = this.database.all(query);
    const items = rows.slice(0, limit).map(toAuditRecord);
    const last = items.at(-1);
    return { items, nextCursor: rows.length > limit && last !== undefined ? encodeAuditCursor(last.id) : null };
  }
}

function toAuditRecord(row: Selectable<AuditRecordsTable>): AuditRecord {
  return {
    id: row.id,
    at: row.at,
    kind: row.kind as AuditKind,
    event: row.event,
    actor: row.actor,
    target: row.target,
    runId: row.run_id,
    actionId: row.action_id,
    planHash: row.plan_hash,
    reason: row.reason,
    details: readJson<AuditRecord['details']>(row.details, `details of audit record ${row.id}`),
  };
}
