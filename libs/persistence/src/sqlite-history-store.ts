import { Logger } from '@nestjs/common';
import { type HistoryFrame, HistoryStore, messageOf } from '@app/core';
import { FRAME_FORMAT, toFrame, toFrameRow } from './history-rows.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** Rows that are in memory at a time while frames are read. */
const PAGE_ROWS = 50;

/** Frames in SQLite, compressed. A damaged one is left out with a warning: it must not hide the others. */
export class SqliteHistoryStore extends HistoryStore {
  private readonly logger: Logger = new Logger(SqliteHistoryStore.name);

  constructor(private readonly database: SqliteDatabase) {
    super();
  }

  override async append(frame: HistoryFrame): Promise<void> {
    const row = await toFrameRow(frame);
    this.database.run(
      this.database.query
        .insertInto('history_frames')
        .values(row)
        .onConflict((conflict) => conflict.columns(['target', 'at']).doUpdateSet(row)),
    );
  }

  override async *frames(target: string, fromMs: number, toMs: number, stepMs = 0): AsyncGenerator<HistoryFrame> {
    const times = lastOfEachStep(this.times(target, fromMs, toMs), stepMs);
    for (let start = 0; start < times.length; start += PAGE_ROWS) {
      const rows = this.database.all(
        this.database.query
          .selectFrom('history_frames')
          .selectAll()
          .where('target', '=', target)
          .where('at', 'in', times.slice(start, start + PAGE_ROWS))
          .where('format', '=', FRAME_FORMAT)
          .orderBy('at'),
      );
      for (const row of rows) {
        const frame = await this.read(row);
        if (frame !== null) yield frame;
      }
    }
  }

  /** From the index alone, so that choosing frames costs nothing per frame that is left out. */
  private times(target: string, fromMs: number, toMs: number): string[] {
    const query = this.database.query
      .selectFrom('history_frames')
      .select('at')
      .where('target', '=', target)
      .where('at', '>=', new Date(fromMs).toISOString())
      .where('at', '<=', new Date(toMs).toISOString());
    return this.database.all(query.orderBy('at')).map(({ at }) => at);
  }

  private async read(row: Parameters<typeof toFrame>[0] & { readonly at: string }): Promise<HistoryFrame | null> {
    try {
      return await toFrame(row);
    } catch (error) {
      this.logger.warn(`the stored history frame of ${row.at} can't be read and is left out: ${messageOf(error)}`);
      return null;
    }
  }
}

function lastOfEachStep(times: readonly string[], stepMs: number): readonly string[] {
  if (stepMs <= 0) return times;
  const stepOf = (at: string | undefined): number | null =>
    at === undefined ? null : Math.floor(Date.parse(at) / stepMs);
  return times.filter((at, index) => stepOf(at) !== stepOf(times[index + 1]));
}
