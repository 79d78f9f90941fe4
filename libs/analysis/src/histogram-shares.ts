import type { HistogramReading } from '@app/core';

/** What two readings of a cumulative histogram say of the time between them. */
export interface BucketShare {
  /** Observations above the bound. */
  readonly above: number;
  readonly observations: number;
}

export function isFiniteBound(bound: number | null | undefined): bound is number {
  return typeof bound === 'number' && Number.isFinite(bound);
}

/** Index of the lowest bound that is not below the value; null when only +Inf is. */
export function boundIndexOf(histogram: HistogramReading, value: number): number | null {
  const index = histogram.upperBounds.findIndex((bound) => isFiniteBound(bound) && bound >= value - 1e-9);
  return index === -1 ? null : index;
}

/** Null after a restart, since counts that fall say nothing, and for histograms with other bounds. */
export function bucketShare(before: HistogramReading, after: HistogramReading, bound: number): BucketShare | null {
  const total = (after.cumulativeCounts.at(-1) ?? 0) - (before.cumulativeCounts.at(-1) ?? 0);
  const below = (after.cumulativeCounts[bound] ?? 0) - (before.cumulativeCounts[bound] ?? 0);
  const sameBounds =
    before.upperBounds.length === after.upperBounds.length && before.upperBounds[bound] === after.upperBounds[bound];
  if (!sameBounds || total < 0 || below < 0 || below > total) return null;
  return { above: total - below, observations: total };
}

/**
 * Whether at least so many were observed between two readings that can be compared. A look back asks this of many
 * readings, and mostly the totals answer it.
 */
export function hasObserved(before: HistogramReading, after: HistogramReading, bound: number, fewest: number): boolean {
  const total = (after.cumulativeCounts.at(-1) ?? 0) - (before.cumulativeCounts.at(-1) ?? 0);
  return total >= fewest && bucketShare(before, after, bound) !== null;
}

/** What was added between two readings; null where either is missing or it fell. */
export function histogramRise(
  before: HistogramReading | null | undefined,
  after: HistogramReading | null,
): { readonly sum: number; readonly count: number } | null {
  if (!before || !after || before.sum === null || after.sum === null) return null;
  if (before.count === null || after.count === null) return null;
  const sum = after.sum - before.sum;
  const count = after.count - before.count;
  return sum < 0 || count < 0 ? null : { sum, count };
}
