import { chmodSync, closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { AppError } from '@app/core';

export const LOCK_FILE = 'agent.lock';

/**
 * Keeps a second agent out of the same DATA_DIR: both would take up each other's runs and act twice.
 *
 * The lock is that of an empty SQLite file held in an exclusive transaction. The kernel drops it with the process,
 * also after SIGKILL, so that nothing stale is left to clean up; the file itself stays and means nothing.
 */
export class StoreLock {
  private constructor(private readonly connection: BetterSqlite3.Database) {}

  /** @throws AppError `store_failed` when another process holds it */
  static take(dataDir: string): StoreLock {
    const file = join(dataDir, LOCK_FILE);
    makeOnce(file);
    const connection = new BetterSqlite3(file, { timeout: 0 });
    try {
      connection.exec('BEGIN EXCLUSIVE');
      return new StoreLock(connection);
    } catch (error) {
      connection.close();
      if ((error as { code?: unknown } | null)?.code !== 'SQLITE_BUSY') throw error;
      throw new AppError(
        'store_failed',
        `Another agent is using DATA_DIR (${dataDir}). Stop it, or give this one a DATA_DIR of its own.`,
        { cause: error },
      );
    }
  }

  release(): void {
    if (this.connection.open) this.connection.close();
  }
}

/** An existing file is not even opened: closing any handle of it would drop the locks that this process has on it. */
function makeOnce(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
    chmodSync(file, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
