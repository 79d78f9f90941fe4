import { Logger } from '@nestjs/common';
import { messageOf, type SectionName } from '@app/core';
import type { ScrapedPage } from '../engine/index.js';
import { NO_PLACES } from '../system/index.js';
import { SingleFlight } from './single-flight.js';
import { type SourceReading, type SourceReadings, unreadSource } from './snapshot-assembly.js';

export interface Collector<T> {
  collect(timeoutMs: number): Promise<T>;
  close?(): Promise<void> | void;
}

/** What the collectors hand over: beside what the snapshot needs, pages that a second reader wants. */
export type CollectedReadings = SourceReadings & { readonly engines: { readonly pages: readonly ScrapedPage[] } };

export type Collectors = { readonly [K in SectionName]: Collector<CollectedReadings[K]> };

const NOTHING: { readonly [K in SectionName]: Omit<CollectedReadings[K], keyof SourceReading> } = {
  gpu: { gpus: [] },
  system: { system: null, ...NO_PLACES },
  engines: { engines: [], pages: [] },
  lmcache: { caches: [] },
  kernelLog: { events: [] },
};
const LARGEST_MARGIN_MS = 250;

/** Reads one source within its deadline; what goes wrong becomes a section that says so. */
export class SourceReader<K extends SectionName> {
  private readonly logger: Logger = new Logger(SourceReader.name);
  private readonly flight: SingleFlight<CollectedReadings[K]>;

  constructor(
    private readonly name: K,
    collector: Collector<CollectedReadings[K]>,
    private readonly timeoutMs: number,
  ) {
    // A collector that keeps its own deadline can tell more than "timeout", so it gets a little less than ours.
    const ownTimeoutMs = timeoutMs - Math.min(LARGEST_MARGIN_MS, timeoutMs * 0.1);
    this.flight = new SingleFlight(() => collector.collect(ownTimeoutMs));
  }

  async read(at: string): Promise<CollectedReadings[K]> {
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

  private unread(reading: SourceReading, durationMs: number): CollectedReadings[K] {
    return {
      ...reading,
      ...NOTHING[this.name],
      section: { ...reading.section, durationMs },
    } as CollectedReadings[K];
  }
}
