import type { HistogramReading, Quantiles } from '@app/core';

export const NO_QUANTILES: Quantiles = {
  p50Seconds: null,
  p95Seconds: null,
  p99Seconds: null,
  meanSeconds: null,
  count: null,
};

/** What was observed between two scrapes; null where the two can't be subtracted (restart, other buckets, no counts). */
export function histogramDelta(
  earlier: HistogramReading | null,
  later: HistogramReading | null,
): HistogramReading | null {
  if (earlier === null || later === null || !haveSameBounds(earlier, later)) return null;
  const cumulativeCounts = later.cumulativeCounts.map((count, i) => count - (earlier.cumulativeCounts[i] ?? 0));
  const count = difference(earlier.count, later.count);
  const rises = cumulativeCounts.every((value, i) => value >= (i === 0 ? 0 : (cumulativeCounts[i - 1] ?? 0)));
  if (!rises || count === null || count < 0) return null;
  return { upperBounds: later.upperBounds, cumulativeCounts, sum: difference(earlier.sum, later.sum), count };
}

/** Quantiles of an interval's observations. */
export function quantilesOf(delta: HistogramReading | null): Quantiles {
  if (delta === null || delta.count === null) return NO_QUANTILES;
  if (delta.count === 0) return { ...NO_QUANTILES, count: 0 };
  const hasMean = delta.sum !== null && delta.sum >= 0;
  return {
    p50Seconds: quantile(delta, 0.5),
    p95Seconds: quantile(delta, 0.95),
    p99Seconds: quantile(delta, 0.99),
    meanSeconds: hasMean && delta.sum !== null ? delta.sum / delta.count : null,
    count: delta.count,
  };
}

/**
 * Interpolated inside its bucket. Null in the first bucket, whose lower bound nobody knows (vLLM's queue histogram
 * begins at 0.3 s, so that an empty queue would read 0.285 s), and in the last, which has no upper bound.
 */
function quantile(delta: HistogramReading, ratio: number): number | null {
  const { upperBounds, cumulativeCounts } = delta;
  const total = cumulativeCounts.at(-1) ?? 0;
  const rank = ratio * total;
  const bucket = cumulativeCounts.findIndex((count) => count >= rank);
  const upper = upperBounds[bucket];
  const lower = upperBounds[bucket - 1];
  if (total === 0 || bucket < 1 || typeof upper !== 'number' || typeof lower !== 'number') return null;
  const below = cumulativeCounts[bucket - 1] ?? 0;
  const inside = (cumulativeCounts[bucket] ?? 0) - below;
  return inside > 0 ? lower + ((upper - lower) * (rank - below)) / inside : null;
}

function haveSameBounds(a: HistogramReading, b: HistogramReading): boolean {
  return a.upperBounds.length === b.upperBounds.length && a.upperBounds.every((bound, i) => bound === b.upperBounds[i]);
}

function difference(earlier: number | null, later: number | null): number | null {
  return earlier === null || later === null ? null : later - earlier;
}
