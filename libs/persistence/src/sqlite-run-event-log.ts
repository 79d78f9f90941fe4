import { type Clock, type RunEvent, RunEventLog, type RunEventName } from '@app/core';
import type { NewRunEvent } from './run-events.js';
import type { RunNews } from './run-news.js';
import type { SqliteDatabase } from './sqlite-database.js';
import { readJson } from './stored-json.js';

/** Events of runs in SQLite, deleted with their run. */
export class SqliteRunEventLog extends RunEventLog {
  constructor(
    private readonly database: SqliteDatabase,
    private readonly news: RunNews,
  ) {
    super();
  }

  override async after(runId: string, id: number, limit: number): Promise<readonly RunEvent[]> {
    const query = this.database.query
      .selectFrom('run_events')
      .selectAll()
      .where('run_id', '=', runId)
      .where('id', '>', id)
      .orderBy('id')
      .limit(limit);
    return this.database.all(query).map((row) => ({
      id: row.id,
      runId: row.run_id,
      at: row.at,
      event: row.event as RunEventName,
      data: readJson<RunEvent['data']>(row.data, `event ${row.id} of run ${row.run_id}`),
    }));
  }

  override onNews(runId: string, listener: () => void): () => void {
    return this.news.listen(runId, listener);
  }
}

/** To be called within the transaction of the change that the events tell of. */
export function appendEvents(
  database: SqliteDatabase,
  clock: Clock,
  runId: string,
  events: readonly NewRunEvent[],
): void {
  const at = clock.isoNow();
  const insertInto = database.query.insertInto('run_events');
  for (const { event, data } of events) {
    database.run(insertInto.values({ run_id: runId, at, event, data: JSON.stringify(data) }));
  }
}
