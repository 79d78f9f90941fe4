import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { messageOf } from '@app/core';
import { SqliteDatabase } from './sqlite-database.js';

export interface StoreHealthResult {
  readonly ok: boolean;
  /** Why not, or null. */
  readonly detail: string | null;
}

const PROBE_ROW = 1;

/** Says whether the store takes a write and gives it back: a full disk or a lost mount can still be read. */
@Injectable()
export class StoreHealth {
  constructor(private readonly database: SqliteDatabase) {}

  check(): StoreHealthResult {
    const value = randomUUID();
    const { query } = this.database;
    try {
      const write = query.insertInto('store_probe').values({ id: PROBE_ROW, value });
      this.database.run(write.onConflict((conflict) => conflict.column('id').doUpdateSet({ value })));
      const read = query.selectFrom('store_probe').select('value').where('id', '=', PROBE_ROW);
      const isSame = this.database.all(read)[0]?.value === value;
      return isSame
        ? { ok: true, detail: null }
        : { ok: false, detail: 'The store did not give back what was written.' };
    } catch (error) {
      return { ok: false, detail: messageOf(error) };
    }
  }
}
