import { Injectable } from '@nestjs/common';
import { SqliteDatabase } from './sqlite-database.js';

/** One is some tens of kilobytes, and a target has few situations in a day. */
export const MOST_ANSWERS = 100;

/** Answers of a model until they expire; the ones that expire first make room for new ones. */
@Injectable()
export class SqliteInsightCache {
  constructor(private readonly database: SqliteDatabase) {}

  async get(key: string, nowMs: number): Promise<string | null> {
    const query = this.database.query
      .selectFrom('llm_answers')
      .select('json')
      .where('cache_key', '=', key)
      .where('expires_at', '>', new Date(nowMs).toISOString());
    return this.database.all(query)[0]?.json ?? null;
  }

  async put(key: string, entry: string, expiresAtMs: number): Promise<void> {
    const values = { cache_key: key, expires_at: new Date(expiresAtMs).toISOString(), json: entry };
    this.database.transaction(() => {
      const insert = this.database.query.insertInto('llm_answers').values(values);
      this.database.run(insert.onConflict((conflict) => conflict.column('cache_key').doUpdateSet(values)));
      const kept = this.database.query
        .selectFrom('llm_answers')
        .select('cache_key')
        .orderBy('expires_at', 'desc')
        .orderBy('cache_key')
        .limit(MOST_ANSWERS);
      this.database.run(this.database.query.deleteFrom('llm_answers').where('cache_key', 'not in', kept));
    });
  }

  /** Deletes what has expired; how many. */
  deleteExpired(nowMs: number): number {
    const now = new Date(nowMs).toISOString();
    return this.database.run(this.database.query.deleteFrom('llm_answers').where('expires_at', '<=', now));
  }
}
