import { Injectable } from '@nestjs/common';
import { SqliteDatabase } from './sqlite-database.js';

/** What was sent to a model and received, per run. The schema deletes it with its run. */
@Injectable()
export class SqliteExchangeStore {
  constructor(private readonly database: SqliteDatabase) {}

  async get(runId: string): Promise<string | null> {
    const query = this.database.query.selectFrom('llm_exchanges').select('json').where('run_id', '=', runId);
    return this.database.all(query)[0]?.json ?? null;
  }

  /** @throws AppError `store_failed`, also for a run that is not stored */
  async put(runId: string, exchange: string): Promise<void> {
    const insert = this.database.query.insertInto('llm_exchanges').values({ run_id: runId, json: exchange });
    this.database.run(insert.onConflict((conflict) => conflict.column('run_id').doUpdateSet({ json: exchange })));
  }
}
