import { notACursorOfThisList } from './run-cursor.js';

/** At most 15 digits, which a number holds exactly. */
const AUDIT_POSITION = /^audit ([1-9]\d{0,14})$/;

/** Opaque to callers, and safe in a query string. */
export function encodeAuditCursor(id: number): string {
  return Buffer.from(`audit ${id}`, 'utf8').toString('base64url');
}

/** Id of the last record of the page before. */
export function decodeAuditCursor(cursor: string): number {
  const id = AUDIT_POSITION.exec(Buffer.from(cursor, 'base64url').toString('utf8'))?.[1];
  if (id === undefined) throw notACursorOfThisList();
  return Number(id);
}
