import { Injectable } from '@nestjs/common';
import { Clock, type SectionName, type SectionStatus } from '@app/core';

/** One reading of a source, as it went. */
export interface SourceCollection {
  /** Null where nothing was timed. */
  readonly durationMs: number | null;
  readonly status: SectionStatus;
  /** Child processes that the reading started; absent where the collector can't tell. */
  readonly processesStarted?: number;
  /** What those processes used; absent or null where it is not known. */
  readonly childCpuSeconds?: number | null;
}

/** What a source has cost since the process began. */
export interface SourceTotals {
  readonly collections: number;
  readonly byStatus: Readonly<Partial<Record<SectionStatus, number>>>;
  readonly totalDurationMs: number;
  readonly lastDurationMs: number | null;
  /** Epoch milliseconds of the last reading that gave data; null before the first. */
  readonly lastSuccessAtMs: number | null;
  /** Null until a collector has told. */
  readonly processesStarted: number | null;
  readonly childCpuSeconds: number | null;
}

export type CollectionListener = (source: SectionName, collection: SourceCollection) => void;

/** `partial` gave data as well. */
const SUCCESSES: readonly SectionStatus[] = ['ok', 'partial'];

const NOTHING: SourceTotals = {
  collections: 0,
  byStatus: {},
  totalDurationMs: 0,
  lastDurationMs: null,
  lastSuccessAtMs: null,
  processesStarted: null,
  childCpuSeconds: null,
};

/** The agent's own account of what reading each source costs; a tool that watches hosts must not burden them unseen. */
@Injectable()
export class SourceCost {
  private readonly bySource = new Map<SectionName, SourceTotals>();
  private readonly listeners = new Set<CollectionListener>();

  constructor(private readonly clock: Clock) {}

  record(source: SectionName, collection: SourceCollection): void {
    const before = this.bySource.get(source) ?? NOTHING;
    this.bySource.set(source, added(before, collection, this.clock.now()));
    for (const listener of this.listeners) listener(source, collection);
  }

  /** Called at each reading from now on; a listener must not throw. */
  subscribe(listener: CollectionListener): void {
    this.listeners.add(listener);
  }

  /** Without an entry a source has not been read. */
  totals(): ReadonlyMap<SectionName, SourceTotals> {
    return this.bySource;
  }
}

function added(before: SourceTotals, collection: SourceCollection, nowMs: number): SourceTotals {
  const { durationMs, status, processesStarted, childCpuSeconds } = collection;
  return {
    collections: before.collections + 1,
    byStatus: { ...before.byStatus, [status]: (before.byStatus[status] ?? 0) + 1 },
    totalDurationMs: before.totalDurationMs + (durationMs ?? 0),
    lastDurationMs: durationMs ?? before.lastDurationMs,
    lastSuccessAtMs: SUCCESSES.includes(status) ? nowMs : before.lastSuccessAtMs,
    processesStarted: sumOfKnown(before.processesStarted, processesStarted),
    childCpuSeconds: sumOfKnown(before.childCpuSeconds, childCpuSeconds),
  };
}

/** Null only when neither is known. */
function sumOfKnown(before: number | null, more: number | null | undefined): number | null {
  if (more === null || more === undefined) return before;
  return (before ?? 0) + more;
}
