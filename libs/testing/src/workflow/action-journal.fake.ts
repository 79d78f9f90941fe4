import {
  ActionJournal,
  ENDED_PHASES,
  type JournalCount,
  type JournalEntry,
  type JournalPatch,
  type JournalPhase,
} from '@app/core';
import { copy } from './copy.js';

/** A journal in memory, under the same contract as the real one. */
export class InMemoryActionJournal extends ActionJournal {
  /** Thrown by whatever is asked next, until it is null again. */
  failure: Error | null = null;
  /** In the order in which they were begun. */
  private readonly entries = new Map<string, JournalEntry>();

  override async begin(entry: JournalEntry): Promise<boolean> {
    if (this.failure !== null) throw this.failure;
    const key = keyOf(entry.runId, entry.actionId);
    if (this.entries.has(key)) return false;
    this.entries.set(key, copy(entry));
    return true;
  }

  override async advance(
    runId: string,
    actionId: string,
    from: readonly JournalPhase[],
    to: JournalPhase,
    patch: JournalPatch = {},
  ): Promise<boolean> {
    if (this.failure !== null) throw this.failure;
    const key = keyOf(runId, actionId);
    const entry = this.entries.get(key);
    if (entry === undefined || !from.includes(entry.phase)) return false;
    // The copy drops what is undefined, which stays as it is.
    this.entries.set(key, { ...entry, ...copy(patch), phase: to });
    return true;
  }

  override async get(runId: string, actionId: string): Promise<JournalEntry | null> {
    if (this.failure !== null) throw this.failure;
    return copy(this.entries.get(keyOf(runId, actionId)) ?? null);
  }

  override async ofRun(runId: string): Promise<readonly JournalEntry[]> {
    if (this.failure !== null) throw this.failure;
    return this.all().filter((entry) => entry.runId === runId);
  }

  override async recent(target: string, sinceMs: number): Promise<readonly JournalEntry[]> {
    if (this.failure !== null) throw this.failure;
    const isSince = (at: string | null): boolean => at !== null && Date.parse(at) >= sinceMs;
    return this.all().filter(
      (entry) =>
        entry.target === target &&
        (isSince(entry.intendedAt) || isSince(entry.endedAt) || !ENDED_PHASES.includes(entry.phase)),
    );
  }

  override async counts(): Promise<readonly JournalCount[]> {
    if (this.failure !== null) throw this.failure;
    const counts = new Map<string, JournalCount>();
    for (const { type, phase } of this.all()) {
      const key = `${type} ${phase}`;
      counts.set(key, { type, phase, count: (counts.get(key)?.count ?? 0) + 1 });
    }
    return [...counts.keys()].sort().flatMap((key) => counts.get(key) ?? []);
  }

  /** Every entry, in the order in which they were begun. */
  all(): readonly JournalEntry[] {
    return copy([...this.entries.values()]);
  }
}

function keyOf(runId: string, actionId: string): string {
  return JSON.stringify([runId, actionId]);
}
