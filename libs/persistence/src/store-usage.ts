import { Injectable } from '@nestjs/common';
import { Settings } from '@app/config';
import { SqliteDatabase } from './sqlite-database.js';
import { StorePruner } from './store-pruner.js';
import { StoreSpace } from './store-space.js';

/** What one sweep of the retention did. */
export interface SweepReport {
  readonly at: string;
  readonly durationMs: number;
  readonly runs: number;
  readonly historyFrames: number;
  /** Rows of LangGraph's checkpoints. */
  readonly checkpointRows: number;
  /** Answers of a model that had expired. */
  readonly cachedAnswers: number;
  /** Of actions whose run was deleted. */
  readonly journalEntries: number;
  /** Given back to the disk. */
  readonly reclaimedBytes: number;
  /** Above its bound, and nothing left that may be deleted. */
  readonly isOverBound: boolean;
}

export interface StoreUsageView {
  readonly bytes: number;
  readonly boundBytes: number;
  readonly rows: { readonly runs: number; readonly historyFrames: number };
  /** Null before the first of this process. */
  readonly lastSweep: SweepReport | null;
}

const BYTES_PER_MEGABYTE = 1024 * 1024;

/** How full the store is, in numbers and in a sentence. */
@Injectable()
export class StoreUsage {
  private lastSweep: SweepReport | null = null;

  constructor(
    private readonly database: SqliteDatabase,
    private readonly settings: Settings,
  ) {}

  view(): StoreUsageView {
    const pruner = new StorePruner(this.database);
    return {
      bytes: new StoreSpace(this.database).view().fileBytes,
      boundBytes: this.boundBytes(),
      rows: { runs: pruner.count('runs'), historyFrames: pruner.count('historyFrames') },
      lastSweep: this.lastSweep,
    };
  }

  boundBytes(): number {
    return this.settings.retention.maxStoreMegabytes * BYTES_PER_MEGABYTE;
  }

  /** For the store's line in a list of components. */
  sentence(): string {
    const { bytes, boundBytes, rows, lastSweep } = this.view();
    const size = `${inMegabytes(bytes)} of at most ${inMegabytes(boundBytes)} MB`;
    const swept = lastSweep === null ? 'not swept yet' : `swept ${lastSweep.at}`;
    const over = lastSweep?.isOverBound === true ? '; above its bound with nothing left to delete' : '';
    return `${size}, ${rows.runs} runs, ${rows.historyFrames} history frames, ${swept}${over}`;
  }

  /** Called by the retention at the end of each sweep. */
  noteSweep(report: SweepReport): void {
    this.lastSweep = report;
  }
}

function inMegabytes(bytes: number): string {
  const megabytes = bytes / BYTES_PER_MEGABYTE;
  return megabytes >= 10 ? String(Math.round(megabytes)) : megabytes.toFixed(1);
}
