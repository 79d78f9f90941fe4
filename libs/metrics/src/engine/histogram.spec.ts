import { describe, expect, it } from '@jest/globals';
import type { HistogramReading } from '@app/core';
import { histogramDelta, quantilesOf } from './histogram.js';

const histogram = (cumulativeCounts: number[], sum = 0): HistogramReading => ({
  upperBounds: [1, 2, 4, null],
  cumulativeCounts,
  sum,
  count: cumulativeCounts.at(-1) ?? 0,
});

describe('histogramDelta', () => {
  it('is what was observed between the two', () => {
    expect(histogramDelta(histogram([1, 2, 3, 3], 5), histogram([1, 4, 7, 8], 25))).toEqual(
      histogram([0, 2, 4, 5], 20),
    );
  });

  it.each([
    ['there is no earlier reading', null, histogram([0, 0, 0, 0])],
    ['a bucket went down', histogram([2, 2, 2, 2]), histogram([1, 3, 3, 3])],
    ['the bounds changed', { ...histogram([0, 0, 0, 0]), upperBounds: [1, 2, 5, null] }, histogram([1, 1, 1, 1])],
    ['there is no count', histogram([0, 0, 0, 0]), { ...histogram([1, 1, 1, 1]), count: null }],
  ])('is null when %s', (_, earlier, later) => {
    expect(histogramDelta(earlier, later)).toBeNull();
  });
});

describe('quantilesOf', () => {
  it('interpolates inside the bucket', () => {
    expect(quantilesOf(histogram([0, 10, 10, 10], 15))).toEqual({
      p50Seconds: 1.5,
      p95Seconds: 1.95,
      p99Seconds: 1.99,
      meanSeconds: 1.5,
      count: 10,
    });
  });

  it('gives no quantile in the first bucket, where an empty queue would look like a wait', () => {
    expect(quantilesOf(histogram([10, 10, 10, 10], 0))).toMatchObject({
      p50Seconds: null,
      p99Seconds: null,
      meanSeconds: 0,
    });
  });

  it('gives no quantile in the last bucket, which has no upper bound', () => {
    expect(quantilesOf(histogram([0, 6, 6, 10], 90))).toMatchObject({ p50Seconds: 1 + 5 / 6, p95Seconds: null });
  });

  it('tells an interval without observations from one that can not be read', () => {
    expect(quantilesOf(histogram([0, 0, 0, 0]))).toMatchObject({ count: 0, p50Seconds: null, meanSeconds: null });
    expect(quantilesOf(null)).toMatchObject({ count: null, meanSeconds: null });
  });
});
