import type { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import { TERMINAL_RUN_STATUSES } from '@app/core';
import type { SqliteDatabase } from './sqlite-database.js';

const SAVER_TABLES = ['checkpoints', 'writes'] as const;

/** LangGraph's checkpoints, in the same file as the runs. A thread has the id of its run. */
export class Checkpoints {
  private saver: Promise<SqliteSaver> | null = null;

  constructor(private readonly database: SqliteDatabase) {}

  /** The saver is loaded on first use, since it is heavy and the service listens before its first run. */
  create(): Promise<SqliteSaver> {
    this.saver ??= loadSaver(this.database);
    return this.saver;
  }

  /** Nothing else prunes them: a run that has ended needs its checkpoints no more. */
  deleteThread(threadId: string): void {
    this.deleteWhere('thread_id = ?', [threadId]);
  }

  /** Threads that nobody will take up: a crash came between the end of their run and their deletion, or the run is gone. */
  deleteFinishedThreads(): number {
    const places = TERMINAL_RUN_STATUSES.map(() => '?').join(', ');
    const kept = `SELECT id FROM runs WHERE status NOT IN (${places})`;
    return this.deleteWhere(`thread_id NOT IN (${kept})`, TERMINAL_RUN_STATUSES);
  }

  /** The number of deleted rows. */
  private deleteWhere(condition: string, parameters: readonly string[]): number {
    return this.database.transaction(() => {
      let deleted = 0;
      for (const table of SAVER_TABLES) {
        // The saver makes its tables at its first use.
        if (!this.hasTable(table)) continue;
        const statement = this.database.connection.prepare<unknown[]>(`DELETE FROM ${table} WHERE ${condition}`);
        deleted += statement.run(...parameters).changes;
      }
      return deleted;
    });
  }

  private hasTable(name: string): boolean {
    const statement = this.database.connection.prepare<[string]>(
      "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?",
    );
    return statement.get(name) !== undefined;
  }
}

async function loadSaver(database: SqliteDatabase): Promise<SqliteSaver> {
  const { SqliteSaver } = await import('@langchain/langgraph-checkpoint-sqlite');
  return new SqliteSaver(database.connection);
}
