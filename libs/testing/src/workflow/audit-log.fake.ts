import {
  AppError,
  AuditLog,
  type AuditPage,
  type AuditQuery,
  type AuditRecord,
  type Clock,
  type NewAuditRecord,
} from '@app/core';
import { copy } from './copy.js';
import { SetClock } from './set-clock.fake.js';

/** Audit records in memory, under the same contract as the real log. */
export class InMemoryAuditLog extends AuditLog {
  /** Thrown by whatever is asked next, until it is null again. */
  failure: Error | null = null;
  private readonly records: AuditRecord[] = [];

  constructor(private readonly clock: Clock = new SetClock()) {
    super();
  }

  override async append(record: NewAuditRecord): Promise<AuditRecord> {
    if (this.failure !== null) throw this.failure;
    const stored = { ...copy(record), id: this.records.length + 1, at: this.clock.isoNow() };
    this.records.push(stored);
    return copy(stored);
  }

  override async list({ runId, limit, cursor }: AuditQuery): Promise<AuditPage> {
    if (this.failure !== null) throw this.failure;
    const before = cursor === undefined ? Infinity : idOf(cursor);
    const matching = [...this.records]
      .reverse()
      .filter((record) => (runId === undefined || record.runId === runId) && record.id < before);
    const items = copy(matching.slice(0, limit));
    const last = items.at(-1);
    return { items, nextCursor: matching.length > limit && last !== undefined ? `after-${last.id}` : null };
  }

  /** Every record, oldest first. */
  all(): readonly AuditRecord[] {
    return copy(this.records);
  }
}

function idOf(cursor: string): number {
  const id = /^after-(\d+)$/.exec(cursor)?.[1];
  if (id === undefined) throw new AppError('validation_failed', 'Not a cursor.');
  return Number(id);
}
