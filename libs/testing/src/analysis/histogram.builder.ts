import type { HistogramReading } from '@app/core';

/** A cumulative histogram with so many observations in each bucket; the bucket after the last bound is +Inf's. */
export function aFrameHistogram(
  upperBounds: readonly number[],
  observations: readonly number[],
  sum: number | null = null,
): HistogramReading {
  let total = 0;
  const cumulativeCounts = [...upperBounds, null].map((_, bucket) => (total += observations[bucket] ?? 0));
  return { upperBounds: [...upperBounds, null], cumulativeCounts, sum, count: total };
}
