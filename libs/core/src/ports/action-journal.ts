import type { JournalCount, JournalEntry, JournalPatch, JournalPhase } from '../domain/action-journal.js';

/** What was meant, done and undone. Entries are never deleted while their run is kept, nor before they are a month old. */
export abstract class ActionJournal {
  /** Writes the intent. False when the run has begun this action before: it must not be done again. */
  abstract begin(entry: JournalEntry): Promise<boolean>;
  /** Compare-and-set of the phase; false when it is none of `from`. */
  abstract advance(
    runId: string,
    actionId: string,
    from: readonly JournalPhase[],
    to: JournalPhase,
    patch?: JournalPatch,
  ): Promise<boolean>;
  abstract get(runId: string, actionId: string): Promise<JournalEntry | null>;
  /** In the order in which they were begun. */
  abstract ofRun(runId: string): Promise<readonly JournalEntry[]>;
  /** Entries of a target that were begun or ended since, or have not ended; oldest first. */
  abstract recent(target: string, sinceMs: number): Promise<readonly JournalEntry[]>;
  /** Of every target; nothing where there is no entry. */
  abstract counts(): Promise<readonly JournalCount[]>;
}
