import type { KernelEvent } from '@app/core';
import { UNLISTED_XID, UNUSED_XID, XID_TABLE, type XidClass, type XidRow } from './xid-table.js';

export type { XidClass } from './xid-table.js';
/** What the catalogue says of one code. */
export type XidEntry = Omit<XidRow, 'codes'>;

/** Classes that say something of the GPU, or may: whatever is not a matter of the application or of nobody. */
const FAILURES: readonly XidClass[] = ['reset', 'reboot', 'hardware', 'workflow', 'unknown'];
/** Classes of which it is certain that they are the root of what else is logged at the time. */
const ROOTS: readonly XidClass[] = ['reset', 'reboot', 'hardware', 'workflow'];

const ENTRIES: ReadonlyMap<number, XidEntry> = new Map(
  XID_TABLE.flatMap(({ codes, ...entry }) => codes.map((code) => [code, entry] as const)),
);

/** NVLink errors of Blackwell: the line itself says whether they are fatal. */
const FIRST_NVLINK5 = 144;
const LAST_NVLINK5 = 150;
/** Up to here codes without a meaning are listed as unused. */
const LAST_OLD_CODE = 138;
/** The driver wants the GPU to be recovered in another way than before. */
export const RECOVERY_ACTION_XID = 154;

export function isFailureClass(xidClass: XidClass): boolean {
  return FAILURES.includes(xidClass);
}

export function isRootClass(xidClass: XidClass): boolean {
  return ROOTS.includes(xidClass);
}

/** The catalogue entry of an XID; null for an event without a code. */
export function xidEntryOf(event: Pick<KernelEvent, 'code' | 'message'>): XidEntry | null {
  const { code, message } = event;
  if (code === null) return null;
  const listed = ENTRIES.get(code);
  if (!listed) return code <= LAST_OLD_CODE ? UNUSED_XID : UNLISTED_XID;
  const dependsOnLine = code >= FIRST_NVLINK5 && code <= LAST_NVLINK5;
  return dependsOnLine && !saysFatal(message) ? { ...listed, severity: 'low' } : listed;
}

function saysFatal(message: string): boolean {
  return /\bfatal\b/i.test(message.replace(/non-?\s?fatal/gi, ''));
}

/** By number, where a line gives no words. */
const RECOVERY_ACTIONS: readonly string[] = [
  'None',
  'GPU Reset',
  'Node Reboot',
  'Drain P2P',
  'Drain and Reset',
  'Recover IMEX domain',
];

/** The new value of `… changed from 0x0 (None) to 0x4 (Drain and Reset)`; null for a line that names none. */
export function newRecoveryAction(message: string): string | null {
  const position = message.lastIndexOf(' to ');
  if (position < 0) return null;
  const [, code, words] = /^0x([0-9a-f]{1,4})(?:\s?\(([^()]{1,60})\))?/i.exec(message.slice(position + 4)) ?? [];
  if (code === undefined) return null;
  return words?.trim() || (RECOVERY_ACTIONS[Number.parseInt(code, 16)] ?? null);
}
