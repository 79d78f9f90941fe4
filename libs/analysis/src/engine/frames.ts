import type { Snapshot } from '@app/core';

/** After this many missed intervals a reading is stale. */
export const STALE_INTERVALS = 3;

/** The snapshots in time order, the later given of two with the same time, and how far apart they are. */
export interface Frames {
  readonly snapshots: readonly Snapshot[];
  /** When each snapshot was taken. */
  readonly timesMs: readonly number[];
  readonly intervalSeconds: number;
  readonly windowSeconds: number;
  /** Times of the oldest and the newest frame; 0 for an empty window. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /**
   * How long before a frame a reading is still the one before it. Stored history is further apart than live samples, so
   * that the step at that place counts, not only the usual one.
   */
  staleMsAt(atMs: number): number;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Puts a window in order; frames further apart than the configured interval set their own. */
export function orderFrames(window: readonly Snapshot[], intervalSeconds: number): Frames {
  const byTime = new Map<number, Snapshot>();
  for (const snapshot of window) {
    const atMs = Date.parse(snapshot.collectedAt);
    if (Number.isFinite(atMs)) byTime.set(atMs, snapshot);
  }
  const ordered = [...byTime.entries()].sort(([a], [b]) => a - b);
  const times = ordered.map(([atMs]) => atMs);
  const gaps = times.slice(1).map((atMs, index) => (atMs - (times[index] ?? atMs)) / 1000);
  const lastAtMs = times.at(-1) ?? 0;
  const usualSeconds = Math.max(intervalSeconds, median(gaps));
  // The step into the frame before: a silence that ends at this frame does not excuse itself.
  const stepBefore = new Map(times.map((atMs, index) => [atMs, gaps[index - 2] ?? 0]));
  return {
    snapshots: ordered.map(([, snapshot]) => snapshot),
    timesMs: times,
    intervalSeconds: usualSeconds,
    windowSeconds: (lastAtMs - (times[0] ?? lastAtMs)) / 1000,
    firstAtMs: times[0] ?? 0,
    lastAtMs,
    staleMsAt: (atMs) => Math.max(usualSeconds, stepBefore.get(atMs) ?? 0) * STALE_INTERVALS * 1000,
  };
}
