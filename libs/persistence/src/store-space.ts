import type { SqliteDatabase } from './sqlite-database.js';

/** Pages given back at a time: 2 MB, some milliseconds. */
const RECLAIMED_PAGES = 512;

export interface SpaceView {
  /** Size of the file, without its write-ahead log. */
  readonly fileBytes: number;
  /** The part of it that holds data; the rest is of deleted rows and can be given back. */
  readonly usedBytes: number;
}

/** How large the file is, and giving back what deleted rows left empty. */
export class StoreSpace {
  constructor(private readonly database: SqliteDatabase) {}

  view(): SpaceView {
    const pageBytes = this.number('page_size');
    const pages = this.number('page_count');
    return { fileBytes: pages * pageBytes, usedBytes: (pages - this.number('freelist_count')) * pageBytes };
  }

  /** Gives some empty pages back to the disk; false when there are none left. */
  reclaimSome(): boolean {
    const before = this.number('freelist_count');
    if (before === 0) return false;
    this.database.pragma(`incremental_vacuum(${RECLAIMED_PAGES})`);
    return this.number('freelist_count') < before;
  }

  /** The file itself gets smaller when the write-ahead log goes into it. */
  settle(): void {
    this.database.pragma('wal_checkpoint(TRUNCATE)');
  }

  private number(pragma: 'page_size' | 'page_count' | 'freelist_count'): number {
    return Number(this.database.pragma(pragma));
  }
}
