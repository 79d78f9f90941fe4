import { Logger, type OnModuleDestroy } from '@nestjs/common';
import { type HistoryFrame, type HistoryStore, messageOf, type Snapshot } from '@app/core';
import { FrameBuilder, minuteOf } from './frame-builder.js';

/** Frames that may wait for a store that does not answer; later ones are given up. */
const MAX_WAITING = 10;
/** Of the newest; more than the hours that rules look back for. */
const MAX_RECENT = 400;

/** Turns the samples of each minute into one stored frame. Nothing that happens to the store reaches the sampler. */
export class HistoryRecorder implements OnModuleDestroy {
  private readonly logger: Logger = new Logger(HistoryRecorder.name);
  private readonly open = new Map<string, FrameBuilder>();
  private writing: Promise<void> = Promise.resolve();
  private waiting = 0;
  private isFailing = false;

  constructor(private readonly store: HistoryStore) {}

  /** Takes a sample; the frame of the minute before is stored when the first sample of a new minute comes. */
  add(snapshot: Snapshot): void {
    try {
      this.take(snapshot);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Stores what is gathered of the current minute, and waits for everything under way. */
  async flush(): Promise<void> {
    const frames = [...this.open.values()].map((builder) => builder.build());
    this.open.clear();
    for (const frame of frames) this.write(frame);
    await this.writing;
  }

  async onModuleDestroy(): Promise<void> {
    await this.flush();
  }

  /** The stored snapshots since then, oldest first, to go on from after a restart; none when they can't be read. */
  async recentFrames(target: string, sinceMs: number): Promise<readonly Snapshot[]> {
    const recent: Snapshot[] = [];
    try {
      for await (const { snapshot } of this.store.frames(target, sinceMs, LATEST_MS)) {
        recent.push(snapshot);
        if (recent.length > MAX_RECENT) recent.shift();
      }
      return recent;
    } catch (error) {
      this.logger.warn(`the history could not be read, and begins anew: ${messageOf(error)}`);
      return [];
    }
  }

  private take(snapshot: Snapshot): void {
    const current = this.open.get(snapshot.target);
    if (current !== undefined && current.minute === minuteOf(snapshot)) {
      current.add(snapshot);
      return;
    }
    if (current !== undefined) this.write(current.build());
    this.open.set(snapshot.target, new FrameBuilder(snapshot));
  }

  private write(frame: HistoryFrame): void {
    if (this.waiting >= MAX_WAITING) return this.fail(new Error('the store does not answer'));
    this.waiting += 1;
    this.writing = this.writing
      .then(() => this.store.append(frame))
      .then(
        () => this.recover(),
        (error: unknown) => this.fail(error),
      )
      .finally(() => (this.waiting -= 1));
  }

  /** One line per streak of failures, not one per minute. */
  private fail(error: unknown): void {
    if (!this.isFailing) this.logger.error(`the history can't be stored: ${messageOf(error)}`);
    this.isFailing = true;
  }

  private recover(): void {
    if (this.isFailing) this.logger.log('the history is stored again');
    this.isFailing = false;
  }
}

/** The end of the year 9999: the last time that ISO 8601 writes with four digits. */
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');
