import type { JournalEntry } from '@app/core';
import type { ActionTask } from '../action.js';

const OUTPUT_LIMIT = 4_000;

/** The intent of an action, before anything is done. */
export function newEntry(
  { runId, actionId, target, type, subject, members, parameters }: ActionTask,
  given: Pick<JournalEntry, 'risk' | 'planHash' | 'baseline' | 'before' | 'intendedAt'>,
): JournalEntry {
  return {
    runId,
    actionId,
    target,
    type,
    subject,
    members,
    parameters,
    ...given,
    phase: 'intended',
    appliedAt: null,
    verifiedAt: null,
    endedAt: null,
    after: null,
    output: null,
    error: null,
  };
}

export function taskOf(entry: JournalEntry): ActionTask {
  const { runId, actionId, target, type, parameters, subject, members } = entry;
  return { runId, actionId, target, type, parameters, subject, members };
}

/** For log lines. */
export function idsOf({ runId, actionId }: JournalEntry): { runId: string; actionId: string } {
  return { runId, actionId };
}

/** An executor may have much to say; the journal keeps its beginning. */
export function bounded(text: string): string {
  return text.length <= OUTPUT_LIMIT ? text : `${text.slice(0, OUTPUT_LIMIT)} …`;
}

export function boundedOutput(output: string | null | undefined): { output?: string | null } {
  return output === undefined ? {} : { output: output === null ? null : bounded(output) };
}
