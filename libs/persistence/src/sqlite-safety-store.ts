import type { Selectable } from 'kysely';
import { type Freeze, type KillSwitchState, SafetyStore } from '@app/core';
import type { FreezesTable } from './schema.js';
import type { SqliteDatabase } from './sqlite-database.js';

const SWITCH_ROW = 1;
const NEVER_ENGAGED: KillSwitchState = { engaged: false, at: null, by: null, reason: null };

/** Freezes and the kill switch in SQLite. */
export class SqliteSafetyStore extends SafetyStore {
  constructor(private readonly database: SqliteDatabase) {
    super();
  }

  override async freeze({ target, at, reason, runId, by }: Freeze): Promise<void> {
    const insert = this.database.query
      .insertInto('freezes')
      .values({ target, at, reason, run_id: runId, frozen_by: by })
      .onConflict((conflict) => conflict.doNothing());
    // A freeze or a kill switch that a power cut forgets is none.
    this.database.durably(() => this.database.run(insert));
  }

  override async lift(target: string, at: string): Promise<boolean> {
    const { query } = this.database;
    return this.database.transaction(() => {
      if (this.database.run(query.deleteFrom('freezes').where('target', '=', target)) === 0) return false;
      const insert = query.insertInto('freeze_lifts').values({ target, at });
      this.database.run(insert.onConflict((conflict) => conflict.column('target').doUpdateSet({ at })));
      return true;
    });
  }

  override async freezeOf(target: string): Promise<Freeze | null> {
    const query = this.database.query.selectFrom('freezes').selectAll().where('target', '=', target);
    return this.database.all(query).map(toFreeze)[0] ?? null;
  }

  override async freezes(): Promise<readonly Freeze[]> {
    const query = this.database.query.selectFrom('freezes').selectAll().orderBy('at').orderBy('target');
    return this.database.all(query).map(toFreeze);
  }

  override async liftedAt(target: string): Promise<string | null> {
    const query = this.database.query.selectFrom('freeze_lifts').select('at').where('target', '=', target);
    return this.database.all(query)[0]?.at ?? null;
  }

  override async killSwitch(): Promise<KillSwitchState> {
    const [row] = this.database.all(this.database.query.selectFrom('kill_switch').selectAll());
    if (row === undefined) return NEVER_ENGAGED;
    return { engaged: row.engaged === 1, at: row.at, by: row.set_by, reason: row.reason };
  }

  override async setKillSwitch({ engaged, at, by, reason }: KillSwitchState): Promise<void> {
    const row = { engaged: engaged ? 1 : 0, at, set_by: by, reason };
    const insert = this.database.query
      .insertInto('kill_switch')
      .values({ id: SWITCH_ROW, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row));
    this.database.durably(() => this.database.run(insert));
  }
}

function toFreeze({ target, at, reason, run_id: runId, frozen_by: by }: Selectable<FreezesTable>): Freeze {
  return { target, at, reason, runId, by };
}
