import { Injectable } from '@nestjs/common';
import { SqliteDatabase } from './sqlite-database.js';

/** Tokens spent per UTC day, so that a restart does not reset the daily budget. */
@Injectable()
export class SqliteTokenLedger {
  constructor(private readonly database: SqliteDatabase) {}

  async usedToday(day: string): Promise<number> {
    const query = this.database.query.selectFrom('llm_usage').select('tokens').where('day', '=', day);
    return this.database.all(query)[0]?.tokens ?? 0;
  }

  async add(day: string, tokens: number): Promise<void> {
    this.database.run(
      this.database.query
        .insertInto('llm_usage')
        .values({ day, tokens })
        .onConflict((conflict) =>
          conflict.column('day').doUpdateSet((is) => ({ tokens: is('llm_usage.tokens', '+', tokens) })),
        ),
    );
  }
}
