import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Settings } from '@app/config';
import { Clock, messageOf } from '@app/core';
import { Checkpoints } from './checkpointer.js';
import { SqliteDatabase } from './sqlite-database.js';
import { SqliteInsightCache } from './sqlite-insight-cache.js';
import { LARGE_STEP, type Prunable, SMALL_STEP, StorePruner } from './store-pruner.js';
import { StoreSpace } from './store-space.js';
import { StoreUsage, type SweepReport } from './store-usage.js';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** A start has better things to do, and a process that is restarted again and again need not sweep each time. */
const FIRST_SWEEP_AFTER_MS = 30_000;
const SWEEP_EVERY_MS = HOUR_MS;
/** A store that is too large is made smaller than it may be, so that the next hour does not need the same again. */
const SHRINK_TO_RATIO = 0.9;
/** So long the guardrails look back: what was done counts, though its run may have been deleted by then. */
const JOURNAL_KEPT_MS = 30 * DAY_MS;
/** What is younger than this stays, however large the store is: somebody may be looking at it. */
const UNTOUCHABLE_MS = HOUR_MS;

/** Deletes what has outlived its retention, and the oldest of the rest when the store is larger than its bound. */
@Injectable()
export class RetentionService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger: Logger = new Logger(RetentionService.name);
  private readonly pruner: StorePruner;
  private readonly space: StoreSpace;
  private readonly answers: SqliteInsightCache;
  private timers: NodeJS.Timeout[] = [];
  private sweeping: Promise<SweepReport | null> | null = null;
  private isStopped = false;

  constructor(
    database: SqliteDatabase,
    private readonly checkpoints: Checkpoints,
    private readonly usage: StoreUsage,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {
    this.pruner = new StorePruner(database);
    this.space = new StoreSpace(database);
    this.answers = new SqliteInsightCache(database);
  }

  onApplicationBootstrap(): void {
    // Unreferenced: keeping house must not keep the process alive.
    this.timers = [
      setTimeout(() => void this.sweep(), FIRST_SWEEP_AFTER_MS).unref(),
      setInterval(() => void this.sweep(), SWEEP_EVERY_MS).unref(),
    ];
  }

  /** A sweep under way ends at its next step, before the store is closed. */
  async onModuleDestroy(): Promise<void> {
    this.isStopped = true;
    for (const timer of this.timers) clearInterval(timer);
    await this.sweeping;
  }

  /** One sweep at a time. Null when it failed, which is logged: the next one tries again. */
  sweep(): Promise<SweepReport | null> {
    this.sweeping ??= this.sweepOnce().finally(() => (this.sweeping = null));
    return this.sweeping;
  }

  private async sweepOnce(): Promise<SweepReport | null> {
    try {
      const report = await this.prune();
      this.usage.noteSweep(report);
      this.log(report);
      return report;
    } catch (error) {
      this.logger.error(`the store could not be swept: ${messageOf(error)}`);
      return null;
    }
  }

  private async prune(): Promise<SweepReport> {
    const now = this.clock.now();
    const { runsDays, historyHours } = this.settings.retention;
    const sizeBefore = this.space.view().fileBytes;
    const expiredRuns = await this.deleteBefore('runs', now - runsDays * DAY_MS);
    const expiredFrames = await this.deleteBefore('historyFrames', now - historyHours * HOUR_MS);
    const cachedAnswers = this.isStopped ? 0 : this.answers.deleteExpired(now);
    const journalEntries = this.isStopped ? 0 : this.pruner.deleteJournal(isoAt(now - JOURNAL_KEPT_MS));
    const checkpointRows = this.isStopped ? 0 : this.checkpoints.deleteFinishedThreads();
    await this.reclaim();
    const surplus = await this.shrink(now);
    await this.reclaim();
    const { fileBytes, usedBytes } = this.space.view();
    return {
      at: isoAt(now),
      durationMs: this.clock.now() - now,
      runs: expiredRuns + surplus.runs,
      historyFrames: expiredFrames + surplus.historyFrames,
      checkpointRows,
      cachedAnswers,
      journalEntries,
      reclaimedBytes: Math.max(0, sizeBefore - fileBytes),
      isOverBound: usedBytes > this.usage.boundBytes(),
    };
  }

  private async deleteBefore(what: Prunable, timeMs: number): Promise<number> {
    const before = isoAt(timeMs);
    let deleted = 0;
    while (!this.isStopped) {
      const some = this.pruner.deleteSome(what, before, LARGE_STEP);
      if (some === 0) break;
      deleted += some;
      await nextTurn();
    }
    return deleted;
  }

  /** Deletes the oldest runs and frames, whichever are older, until the store is well below its bound. */
  private async shrink(now: number): Promise<Record<Prunable, number>> {
    const deleted = { runs: 0, historyFrames: 0 };
    const bound = this.usage.boundBytes();
    if (this.space.view().usedBytes <= bound) return deleted;
    const before = isoAt(now - UNTOUCHABLE_MS);
    while (!this.isStopped && this.space.view().usedBytes > bound * SHRINK_TO_RATIO) {
      const what = this.olderOf();
      const some = this.pruner.deleteSome(what, before, SMALL_STEP);
      if (some === 0) break;
      deleted[what] += some;
      await nextTurn();
    }
    return deleted;
  }

  private olderOf(): Prunable {
    const run = this.pruner.oldest('runs');
    const frame = this.pruner.oldest('historyFrames');
    if (run === null) return 'historyFrames';
    return frame === null || run <= frame ? 'runs' : 'historyFrames';
  }

  private async reclaim(): Promise<void> {
    let hasReclaimed = false;
    while (!this.isStopped && this.space.reclaimSome()) {
      hasReclaimed = true;
      await nextTurn();
    }
    if (hasReclaimed && !this.isStopped) this.space.settle();
  }

  private log(report: SweepReport): void {
    const { runs, historyFrames, checkpointRows, reclaimedBytes, isOverBound } = report;
    this.logger.log(
      `swept the store: deleted ${runs} runs, ${historyFrames} history frames and ${checkpointRows} checkpoint rows, ` +
        `gave back ${reclaimedBytes} bytes`,
    );
    if (isOverBound) {
      this.logger.warn('the store is above retention.maxStoreMegabytes, and nothing in it is old enough to be deleted');
    }
  }
}

function isoAt(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** Lets requests in between two steps. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
