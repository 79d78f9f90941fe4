import { TERMINAL_RUN_STATUSES } from '@app/core';
import type { SqliteDatabase } from './sqlite-database.js';

export type Prunable = 'runs' | 'historyFrames';

/** Rows deleted in one go: a run has up to some hundred kilobytes of payloads, a frame about ten. */
export const LARGE_STEP: Readonly<Record<Prunable, number>> = { runs: 20, historyFrames: 200 };
/** Where it counts not to delete more than is needed. */
export const SMALL_STEP: Readonly<Record<Prunable, number>> = { runs: 1, historyFrames: 20 };

/**
 * Deletes the oldest of what may be deleted, some rows per call, so that no call holds the event loop for long.
 * Runs that have not ended are never touched; audit records and effects have no part in this and stay for ever, also
 * those of deleted runs.
 */
export class StorePruner {
  constructor(private readonly database: SqliteDatabase) {}

  /** Deletes some of those from before the time, oldest first; how many, 0 when there are none. */
  deleteSome(what: Prunable, before: string, step: Readonly<Record<Prunable, number>>): number {
    return what === 'runs' ? this.deleteRuns(before, step.runs) : this.deleteFrames(before, step.historyFrames);
  }

  /** Time of the oldest that may be deleted: the end of a run, the instant of a frame. */
  oldest(what: Prunable): string | null {
    if (what === 'runs') return this.database.all(this.endedRuns().limit(1))[0]?.finished_at ?? null;
    return this.database.all(this.framesByAge().limit(1))[0]?.at ?? null;
  }

  count(what: Prunable): number {
    const table = what === 'runs' ? 'runs' : 'history_frames';
    const query = this.database.query.selectFrom(table).select((of) => of.fn.countAll<number>().as('count'));
    return this.database.all(query)[0]?.count ?? 0;
  }

  /** Payloads go with their run, as the schema says. */
  private deleteRuns(before: string, atMost: number): number {
    const rows = this.database.all(this.endedRuns().where('finished_at', '<', before).limit(atMost));
    if (rows.length === 0) return 0;
    const ids = rows.map(({ id }) => id);
    return this.database.run(this.database.query.deleteFrom('runs').where('id', 'in', ids));
  }

  /** Entries of runs that are gone, from before the time and ended or never ended since; how many. */
  deleteJournal(before: string): number {
    const { query } = this.database;
    return this.database.run(
      query
        .deleteFrom('action_journal')
        .where('intended_at', '<', before)
        .where((is) => is.or([is('ended_at', 'is', null), is('ended_at', '<', before)]))
        .where('run_id', 'not in', query.selectFrom('runs').select('id')),
    );
  }

  private deleteFrames(before: string, atMost: number): number {
    const rows = this.database.all(this.framesByAge().where('at', '<', before).limit(atMost));
    const last = rows.at(-1);
    if (last === undefined) return 0;
    return this.database.run(this.database.query.deleteFrom('history_frames').where('at', '<=', last.at));
  }

  private endedRuns() {
    return this.database.query
      .selectFrom('runs')
      .select(['id', 'finished_at'])
      .where('status', 'in', TERMINAL_RUN_STATUSES)
      .where('finished_at', 'is not', null)
      .orderBy('finished_at')
      .orderBy('id');
  }

  private framesByAge() {
    return this.database.query.selectFrom('history_frames').select('at').orderBy('at');
  }
}
