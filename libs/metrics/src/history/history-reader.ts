import type { Settings } from '@app/config';
import {
  type Clock,
  type HistoryFrame,
  type HistoryStore,
  rangeKey,
  type Snapshot,
  type SnapshotSource,
  valuesOfSignal,
} from '@app/core';
import { FRAME_STEP_MS } from './frame-builder.js';
import { pointsOf, type SeriesPoint, type SeriesReading } from './series-buckets.js';

export interface HistoryQuery {
  readonly target: string;
  readonly signal: string;
  /** Id of one subject; that of the host also takes its disks, devices and interfaces. */
  readonly subject?: string | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  /** The sampling interval unless given. */
  readonly stepMs?: number | undefined;
}

export interface HistorySeries {
  readonly stepMs: number;
  readonly series: readonly { readonly subject: string; readonly points: readonly SeriesPoint[] }[];
  /** What was done otherwise than asked for, in sentences. */
  readonly notes: readonly string[];
}

export const MAX_POINTS = 2_000;
export const MAX_SERIES = 100;
/** Stored frames that one answer is made from: two days; of a longer time every so-manieth. */
const MAX_FRAMES = 3_000;
const HOUR_MS = 60 * 60 * 1000;

type ReadingsOfSubject = Map<number, SeriesReading>;

/**
 * Series of a signal from the full-rate window in memory and, for what is older, the stored minutes. The value of a
 * stored minute is its last sample; its extremes are those of every sample in it.
 */
export class HistoryReader {
  constructor(
    private readonly source: SnapshotSource,
    private readonly store: HistoryStore,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `store_failed` when the stored part can't be read */
  async series(query: HistoryQuery): Promise<HistorySeries> {
    const kept = this.keptPartOf(query);
    const { stepMs, notes } = this.stepOf(query, kept.toMs - kept.fromMs);
    const collected = await this.readings(query, kept.fromMs, kept.toMs);
    const series = [...collected]
      .map(([subject, readings]) => ({ subject, points: pointsOf([...readings.values()], stepMs) }))
      .sort((a, b) => (a.subject < b.subject ? -1 : 1));
    if (series.length <= MAX_SERIES) return { stepMs, series, notes };
    const note = `there are ${series.length} subjects; these are the first ${MAX_SERIES}, others by subject=`;
    return { stepMs, series: series.slice(0, MAX_SERIES), notes: [...notes, note] };
  }

  /** Nothing is older than its retention and nothing is of the future, so that a wide range costs no coarse steps. */
  private keptPartOf({ fromMs, toMs }: HistoryQuery): { readonly fromMs: number; readonly toMs: number } {
    const now = this.clock.now();
    // The retention sweeps once an hour, so that up to an hour more may be there.
    const oldestMs = now - (this.settings.retention.historyHours + 1) * HOUR_MS;
    const latestMs = now + HOUR_MS;
    return { fromMs: within(fromMs, oldestMs, latestMs), toMs: within(toMs, oldestMs, latestMs) };
  }

  private stepOf({ stepMs }: HistoryQuery, spanMs: number): Pick<HistorySeries, 'stepMs' | 'notes'> {
    const wantedMs = inWholeSeconds(stepMs ?? this.settings.sampling.intervalMs);
    // A span that does not begin with a step touches one step more than it has.
    const finestMs = inWholeSeconds(spanMs / (MAX_POINTS - 1));
    if (wantedMs >= finestMs) return { stepMs: wantedMs, notes: [] };
    const note = `the step is ${finestMs / 1000} s: a series has at most ${MAX_POINTS} points`;
    return { stepMs: finestMs, notes: stepMs === undefined ? [] : [note] };
  }

  private async readings(query: HistoryQuery, fromMs: number, toMs: number): Promise<Map<string, ReadingsOfSubject>> {
    const found = new Map<string, ReadingsOfSubject>();
    const thinnedStepMs = (toMs - fromMs) / MAX_FRAMES;
    const frames = this.store.frames(query.target, fromMs, toMs, thinnedStepMs > FRAME_STEP_MS ? thinnedStepMs : 0);
    for await (const frame of frames) addReadings(found, query, frame);
    for (const snapshot of this.source.window(query.target)) {
      const atMs = Date.parse(snapshot.collectedAt);
      if (atMs >= fromMs && atMs <= toMs) addReadings(found, query, { snapshot, ranges: {} });
    }
    return found;
  }
}

/** A sample in memory that is also the last of a stored minute keeps the extremes of that minute. */
function addReadings(
  found: Map<string, ReadingsOfSubject>,
  query: HistoryQuery,
  { snapshot, ranges }: Pick<HistoryFrame, 'snapshot' | 'ranges'>,
): void {
  const atMs = Date.parse(snapshot.collectedAt);
  for (const { subject, value } of valuesOfSignal(snapshot, query.signal)) {
    if (!isWanted(subject, query, snapshot)) continue;
    const readings = found.get(subject) ?? new Map<number, SeriesReading>();
    found.set(subject, readings);
    if (readings.has(atMs)) continue;
    const range = typeof value === 'number' ? { min: value, max: value } : { min: null, max: null };
    readings.set(atMs, { atMs, value, ...range, ...ranges[rangeKey(query.signal, subject)] });
  }
}

function isWanted(subject: string, { subject: wanted }: HistoryQuery, { target }: Snapshot): boolean {
  if (wanted === undefined || subject === wanted) return true;
  return wanted === target && subject.startsWith(`${target}:`);
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function inWholeSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000)) * 1000;
}
