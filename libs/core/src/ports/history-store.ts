import type { Snapshot } from '../domain/snapshot.js';

/** Lowest and highest value of a numeric signal among the samples that a stored frame stands for. */
export interface SignalRange {
  readonly min: number;
  readonly max: number;
}

/** One stored frame: the last snapshot of its step, and how far the signals went within it. */
export interface HistoryFrame {
  readonly snapshot: Snapshot;
  /** How many samples the frame stands for. */
  readonly samples: number;
  /** Key as `rangeKey` makes it; without an entry the value did not change. */
  readonly ranges: Readonly<Record<string, SignalRange>>;
}

/** Key of a range: `gpus.power.drawWatts|GPU-…`. */
export function rangeKey(signal: string, subject: string): string {
  return `${signal}|${subject}`;
}

/** The thinned-out past of a target on disk; the full rate is in memory. Survives restarts. */
export abstract class HistoryStore {
  /** A frame of the same target and instant is replaced. */
  abstract append(frame: HistoryFrame): Promise<void>;
  /**
   * Oldest first, both ends included, read as they are asked for: a day of frames is too much to hold at once. With
   * `stepMs` only the last frame of each stretch of that length, counted from the epoch.
   */
  abstract frames(target: string, fromMs: number, toMs: number, stepMs?: number): AsyncIterable<HistoryFrame>;
}
