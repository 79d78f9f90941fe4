import { Logger } from '@nestjs/common';
import { messageOf } from '@app/core';
import { SingleFlight } from './single-flight.js';
import { type SourceReading, type SourceReadings, unreadSource } from './snapshot-assembly.js';

/** The sources that are read by a collector. */
export type CollectedSource = 'gpu' | 'system' | 'engines';

export interface Collector<T> {
  collect(timeoutMs: number): Promise<T>;
  close?(): Promise<void> | void;
}

export type Collectors = { readonly [K in CollectedSource]: Collector<SourceReadings[K]> };

const NOTHING = { gpu: { gpus: [] }, system: { system: null }, engines: { engines: [] } } as const;
const LARGEST_MARGIN_MS = 250;

/** Reads one source within its deadline; what goes wrong becomes a section that says so. */
export class SourceReader<K extends CollectedSource> {
  private readonly logger: Logger = new Logger(SourceReader.name);
  private readonly flight: SingleFlight<SourceReadings[K]>;

  constructor(
    private readonly name: K,
    collector: Collector<SourceReadings[K]>,
    private readonly timeoutMs: number,
  ) {
    // A collector that keeps its own deadline can tell more than "timeout", so it gets a little less than ours.
    const ownTimeoutMs = timeoutMs - Math.min(LARGEST_MARGIN_MS, timeoutMs * 0.1);
    this.flight = new SingleFlight(() => collector.collect(ownTimeoutMs));
  }

  async read(at: string): Promise<SourceReadings[K]> {
    try {
      const answer = await this.flight.runWithin(this.timeoutMs);
      if (answer.kind === 'answer') return answer.value;
      return this.unread(
        unreadSource(this.name, 'timeout', `no answer within ${this.timeoutMs} ms`, at),
        this.timeoutMs,
      );
    } catch (error) {
      // A collector does not throw for a source that fails: this is a fault of ours, and it must not take the rest along.
      this.logger.error(
        `reading ${this.name} failed: ${messageOf(error)}`,
        error instanceof Error ? error.stack : undefined,
      );
      return this.unread(unreadSource(this.name, 'failed', `it could not be read: ${messageOf(error)}`, at), 0);
    }
  }

  private unread(reading: SourceReading, durationMs: number): SourceReadings[K] {
    const nothing: Omit<SourceReadings[CollectedSource], keyof SourceReading> = NOTHING[this.name];
    return { ...reading, ...nothing, section: { ...reading.section, durationMs } } as SourceReadings[K];
  }
}
