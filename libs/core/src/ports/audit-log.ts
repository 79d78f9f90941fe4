import type { AuditRecord, NewAuditRecord } from '../domain/audit.js';

export interface AuditQuery {
  readonly runId?: string | undefined;
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

export interface AuditPage {
  readonly items: readonly AuditRecord[];
  readonly nextCursor: string | null;
}

/** Decisions and deeds, for ever. There is no way to change or delete one. */
export abstract class AuditLog {
  /** Resolves when the record is stored. */
  abstract append(record: NewAuditRecord): Promise<AuditRecord>;
  /** Newest first. */
  abstract list(query: AuditQuery): Promise<AuditPage>;
}
