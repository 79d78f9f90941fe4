import { ENDED_PHASES, JOURNAL_PHASES, type JournalEntry } from '@app/core';
import { isChangeType } from './action-traits.js';
import type { GuardInput } from './guardrail.js';
import { instantOf, isNumber, isText, isTextList } from './known-values.js';

/** A journal entry whose times were read. */
export interface PastAction {
  readonly entry: JournalEntry;
  readonly begunAtMs: number;
  /** Null while it has not ended. */
  readonly endedAtMs: number | null;
  /** False for what changed nothing: it failed, it only looked, or the device was so already. */
  readonly hasChanged: boolean;
  /** When the device changed last: by the action, or by taking it back. Null while that is not over. */
  readonly changedAtMs: number | null;
  /** The last instant that is known of it. */
  readonly lastAtMs: number;
}

export type PastActions =
  | { readonly others: readonly PastAction[]; readonly own: PastAction | null }
  /** What is not known. */
  | { readonly problem: string };

const UNREADABLE = 'what was done on the target before (its journal can’t be read)';

/**
 * The journal of the target, the action's own entry apart. A single entry that can't be read makes all of it unknown: it
 * may be the one that matters.
 */
export function pastActions({
  journal,
  run,
  action,
  nowMs,
}: Pick<GuardInput, 'journal' | 'run' | 'action' | 'nowMs'>): PastActions {
  if (!isNumber(nowMs)) return { problem: 'the present time' };
  if (!Array.isArray(journal)) return { problem: UNREADABLE };
  const others: PastAction[] = [];
  let own: PastAction | null = null;
  for (const entry of journal as readonly JournalEntry[]) {
    const past = pastAction(entry);
    if (past === null) return { problem: UNREADABLE };
    if (entry.target !== run.target) return { problem: 'what was done on this target: the journal is of another one' };
    if (entry.runId === run.id && entry.actionId === action.id) own = past;
    else others.push(past);
  }
  return { others, own };
}

function pastAction(entry: JournalEntry): PastAction | null {
  const begunAtMs = instantOf(entry?.intendedAt);
  if (begunAtMs === null || !JOURNAL_PHASES.includes(entry.phase)) return null;
  if (!isText(entry.type) || !isText(entry.subject?.id) || !isTextList(entry.members) || !entry.parameters) return null;
  const isEnded = ENDED_PHASES.includes(entry.phase);
  const endedAtMs = isEnded ? instantOf(entry.endedAt) : null;
  if (isEnded && endedAtMs === null) return null;
  const known = [begunAtMs, instantOf(entry.appliedAt), instantOf(entry.verifiedAt), endedAtMs];
  return {
    entry,
    begunAtMs,
    endedAtMs,
    hasChanged: hasChanged(entry),
    // What was kept was watched since its verification; its end is that of the watching.
    changedAtMs: entry.phase === 'kept' ? (instantOf(entry.verifiedAt) ?? endedAtMs) : endedAtMs,
    lastAtMs: Math.max(...known.map((at) => at ?? 0)),
  };
}

function hasChanged({ type, phase, appliedAt }: JournalEntry): boolean {
  if (!isChangeType(type) || phase === 'failed') return false;
  return !(phase === 'kept' && appliedAt === null);
}

/** Whether the two act on a common part. */
export function sharesPart(
  { entry }: PastAction,
  { subject, members }: Pick<GuardInput['action'], 'subject' | 'members'>,
): boolean {
  const parts = new Set([subject.id, ...members]);
  return [entry.subject.id, ...entry.members].some((id) => parts.has(id));
}
