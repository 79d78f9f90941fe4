import {
  ActionJournal,
  ENDED_PHASES,
  type JournalCount,
  type JournalEntry,
  type JournalPatch,
  type JournalPhase,
} from '@app/core';
import { patchedJournalColumns, toJournalEntry, toJournalRow } from './journal-rows.js';
import type { SqliteDatabase } from './sqlite-database.js';

/**
 * The journal in SQLite. What it answers for is on the disk before the answer, so that a power cut right after an
 * effect leaves its intent behind; with it goes whatever was stored before, the approval among it.
 *
 * The price is a flush of the write-ahead log, for which the event loop stops: measured on a cloud disk (ext4) at 4 ms,
 * 8 ms at the 95th percentile, against 0.2 ms without. Checkpointing instead took 8 to 12 ms. An action has about five.
 */
export class SqliteActionJournal extends ActionJournal {
  constructor(private readonly database: SqliteDatabase) {
    super();
  }

  override async begin(entry: JournalEntry): Promise<boolean> {
    const insert = this.database.query.insertInto('action_journal').values(toJournalRow(entry));
    return this.database.durably(() => {
      return this.database.run(insert.onConflict((conflict) => conflict.doNothing())) === 1;
    });
  }

  override async advance(
    runId: string,
    actionId: string,
    from: readonly JournalPhase[],
    to: JournalPhase,
    patch: JournalPatch = {},
  ): Promise<boolean> {
    const update = this.database.query
      .updateTable('action_journal')
      .set({ ...patchedJournalColumns(patch), phase: to })
      .where('run_id', '=', runId)
      .where('action_id', '=', actionId)
      .where('phase', 'in', from);
    return this.database.durably(() => this.database.run(update) === 1);
  }

  override async get(runId: string, actionId: string): Promise<JournalEntry | null> {
    const [row] = this.database.all(this.inOrder().where('run_id', '=', runId).where('action_id', '=', actionId));
    return row === undefined ? null : toJournalEntry(row);
  }

  override async ofRun(runId: string): Promise<readonly JournalEntry[]> {
    return this.database.all(this.inOrder().where('run_id', '=', runId)).map(toJournalEntry);
  }

  override async recent(target: string, sinceMs: number): Promise<readonly JournalEntry[]> {
    const since = new Date(sinceMs).toISOString();
    const query = this.inOrder()
      .where('target', '=', target)
      .where((is) =>
        is.or([is('intended_at', '>=', since), is('ended_at', '>=', since), is('phase', 'not in', ENDED_PHASES)]),
      );
    return this.database.all(query).map(toJournalEntry);
  }

  override async counts(): Promise<readonly JournalCount[]> {
    const counts = this.database.query
      .selectFrom('action_journal')
      .select((of) => ['type', 'phase', of.fn.countAll<number>().as('count')])
      .groupBy(['type', 'phase'])
      .orderBy('type')
      .orderBy('phase');
    return this.database.all(counts);
  }

  /** By the order of insertion: a clock that was set back must not turn the order of undoing around. */
  private inOrder() {
    return this.database.query.selectFrom('action_journal').selectAll().orderBy('sequence');
  }
}
