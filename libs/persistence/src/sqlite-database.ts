import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import BetterSqlite3 from 'better-sqlite3';
import { type Compilable, DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { AppError } from '@app/core';
import { migrate } from './migrations/migrate.js';
import { MIGRATIONS } from './migrations/migrations.js';
import type { StoreSchema } from './schema.js';
import { StoreLock } from './store-lock.js';

export const DATABASE_FILE = 'agent.db';
const BUSY_TIMEOUT_MS = 5_000;
/** What the write-ahead log may keep after a checkpoint: a large deletion would leave a large file otherwise. */
const MAX_IDLE_WAL_BYTES = 16 * 1024 * 1024;
const INCREMENTAL = 2;

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

  constructor(
    readonly connection: BetterSqlite3.Database,
    private readonly lock: StoreLock | null = null,
  ) {}

  /** Opens (or makes) the store below the folder, readable by its owner only. */
  static open(dataDir: string): SqliteDatabase {
    return opening(dataDir, () => new SqliteDatabase(openFile(dataDir)));
  }

  /** As `open`, and until it is closed no other process (or `openAlone`) can do the same. */
  static openAlone(dataDir: string): SqliteDatabase {
    return opening(dataDir, () => {
      const lock = StoreLock.take(dataDir);
      try {
        return new SqliteDatabase(openFile(dataDir), lock);
      } catch (error) {
        lock.release();
        throw error;
      }
    });
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

  /** The id that the store gave to the new row. */
  insert(query: Compilable): number {
    const { sql, parameters } = query.compile();
    return this.guard(() => Number(this.connection.prepare<unknown[]>(sql).run(...parameters).lastInsertRowid));
  }

  /** All or nothing; the work must be synchronous. */
  transaction<Result>(work: () => Result): Result {
    return this.guard(() => this.connection.transaction(work).immediate());
  }

  /** As `transaction`, and on the disk when it returns, with whatever was stored before: a power cut takes it not away. */
  durably<Result>(work: () => Result): Result {
    return this.guard(() => {
      // Everything up to the return is one turn of the event loop, so no other writer meets this setting.
      this.connection.pragma('synchronous = FULL');
      try {
        return this.transaction(work);
      } finally {
        this.connection.pragma('synchronous = NORMAL');
      }
    });
  }

  /** The first value that the pragma answers with. */
  pragma(source: string): unknown {
    return this.guard(() => this.connection.pragma(source, { simple: true }) as unknown);
  }

  close(): void {
    if (!this.connection.open) return;
    try {
      // Leaves one file behind that can be copied as it is.
      this.connection.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      this.connection.close();
      this.lock?.release();
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

function opening(dataDir: string, open: () => SqliteDatabase): SqliteDatabase {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return open();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('store_failed', `The store in DATA_DIR can't be opened: ${textOf(error)}`, { cause: error });
  }
}

function openFile(dataDir: string): BetterSqlite3.Database {
  const file = join(dataDir, DATABASE_FILE);
  // Made before SQLite opens it: the -wal and -shm files take over the mode of the main file.
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  return prepareConnection(new BetterSqlite3(file));
}

function prepareConnection(connection: BetterSqlite3.Database): BetterSqlite3.Database {
  try {
    connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    // Before the first page is written, which the change to WAL does: pages of deleted rows can then be given back.
    connection.pragma(`auto_vacuum = ${INCREMENTAL}`);
    connection.pragma('journal_mode = WAL');
    connection.pragma(`journal_size_limit = ${MAX_IDLE_WAL_BYTES}`);
    // In WAL mode NORMAL survives a killed process whole; only a power cut may lose the last commits. FULL would
    // stop the event loop for a disk flush at every step of a run; `durably` is for what must not be lost.
    connection.pragma('synchronous = NORMAL');
    connection.pragma('foreign_keys = ON');
    // A store of an earlier version has to be written anew, once, to get there.
    if (connection.pragma('auto_vacuum', { simple: true }) !== INCREMENTAL) connection.exec('VACUUM');
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
