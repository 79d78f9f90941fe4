import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import BetterSqlite3 from 'better-sqlite3';
import { type Compilable, DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { AppError } from '@app/core';
import { migrate } from './migrations/migrate.js';
import { MIGRATIONS } from './migrations/migrations.js';
import type { StoreSchema } from './schema.js';

export const DATABASE_FILE = 'agent.db';
const BUSY_TIMEOUT_MS = 5_000;

/**
 * The one SQLite connection of the process, shared with LangGraph's saver.
 *
 * Kysely only writes the SQL; it runs here, synchronously. Kysely's own transactions stay open across `await`, and
 * the saver, which uses the same connection, would then write into somebody else's transaction.
 */
@Injectable()
export class SqliteDatabase implements OnApplicationShutdown {
  readonly query: Kysely<StoreSchema> = new Kysely<StoreSchema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });

  constructor(readonly connection: BetterSqlite3.Database) {}

  /** Opens (or makes) the store below the folder, readable by its owner only. */
  static open(dataDir: string): SqliteDatabase {
    try {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      const file = join(dataDir, DATABASE_FILE);
      // Made before SQLite opens it: the -wal and -shm files take over the mode of the main file.
      closeSync(openSync(file, 'a', 0o600));
      chmodSync(file, 0o600);
      return new SqliteDatabase(prepareConnection(new BetterSqlite3(file)));
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw new AppError('store_failed', `The store in DATA_DIR can't be opened: ${textOf(error)}`, {
        cause: error,
      });
    }
  }

  all<Row>(query: Compilable<Row>): Row[] {
    const { sql, parameters } = query.compile();
    return this.guard(() => this.connection.prepare<unknown[], Row>(sql).all(...parameters));
  }

  /** The number of changed rows. */
  run(query: Compilable): number {
    const { sql, parameters } = query.compile();
    return this.guard(() => this.connection.prepare<unknown[]>(sql).run(...parameters).changes);
  }

  /** All or nothing; the work must be synchronous. */
  transaction<Result>(work: () => Result): Result {
    return this.guard(() => this.connection.transaction(work).immediate());
  }

  close(): void {
    if (!this.connection.open) return;
    try {
      // Leaves one file behind that can be copied as it is.
      this.connection.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      this.connection.close();
    }
  }

  onApplicationShutdown(): void {
    this.close();
  }

  private guard<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw new AppError('store_failed', `The store failed: ${textOf(error)}`, { cause: error });
    }
  }
}

function prepareConnection(connection: BetterSqlite3.Database): BetterSqlite3.Database {
  try {
    connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    connection.pragma('journal_mode = WAL');
    // In WAL mode NORMAL survives a killed process whole; only a power cut may lose the last commits. FULL would
    // stop the event loop for a disk flush at every step of a run.
    connection.pragma('synchronous = NORMAL');
    connection.pragma('foreign_keys = ON');
    migrate(connection, MIGRATIONS);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** The native addon makes its errors with the first `Error` that it met, so `instanceof` says nothing about them. */
function textOf(error: unknown): string {
  const isErrorLike = typeof error === 'object' && error !== null && 'message' in error;
  return isErrorLike ? String(error.message) : String(error);
}
