import type { HistogramReading } from '@app/core';
import { type PrometheusSample, toNumber } from '../prometheus/index.js';
import type { CanonicalName, CounterSource } from './engine-names.js';

/** Samples of one engine by canonical name. */
export type Series = ReadonlyMap<string, readonly PrometheusSample[]>;

/** Series by the value of a label; those without it stand under the empty text. */
export function seriesByLabel(
  samples: readonly PrometheusSample[],
  canonicalName: CanonicalName,
  label: string,
): Map<string, Series> {
  const groups = new Map<string, Map<string, PrometheusSample[]>>();
  for (const sample of samples) {
    const name = canonicalName(sample.name);
    if (name === null) continue;
    const value = sample.labels[label] ?? '';
    const group = groups.get(value) ?? new Map<string, PrometheusSample[]>();
    groups.set(value, group);
    const sameName = group.get(name);
    if (sameName === undefined) group.set(name, [sample]);
    else sameName.push(sample);
  }
  return groups;
}

/** Samples of the first name that is there; of two spellings of that name, those of the first spelling seen. */
export function pick(series: Series, names: readonly string[]): readonly PrometheusSample[] {
  const name = names.find((candidate) => series.has(candidate));
  const samples = name === undefined ? [] : (series.get(name) ?? []);
  return samples.filter((sample) => sample.name === samples[0]?.name);
}

/** Over the series that differ in other labels; null when there are none or one is no number. */
export function sumOf(samples: readonly PrometheusSample[]): number | null {
  if (samples.length === 0) return null;
  return finite(samples.reduce((sum, { value }) => sum + value, 0));
}

export function highestOf(samples: readonly PrometheusSample[]): number | null {
  return samples.length === 0 ? null : finite(samples.reduce((high, { value }) => Math.max(high, value), -Infinity));
}

/** A cumulative number; null when it can't be one. */
export function counterOf(series: Series, source: CounterSource): number | null {
  const { names, where, completeBy } = source;
  const family = pick(series, names);
  const counted = where === undefined ? family : family.filter(({ labels }) => where(labels));
  if (counted.length === 0 && completeBy !== undefined && family.some(({ labels }) => completeBy in labels)) return 0;
  return counted.some(({ value }) => value < 0) ? null : sumOf(counted);
}

export function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/**
 * Added over the series that differ in other labels than `le`; null where its buckets are no numbers, and where a series
 * has a bound twice: nobody knows which of the two counts.
 */
export function histogramOf(series: Series, names: readonly string[]): HistogramReading | null {
  const name = names.find((candidate) => series.has(`${candidate}_count`) || series.has(`${candidate}_bucket`));
  if (name === undefined) return null;
  const sum = sumOf(pick(series, [`${name}_sum`]));
  const count = sumOf(pick(series, [`${name}_count`]));
  const byBound = totalsByBound(pick(series, [`${name}_bucket`]));
  if (byBound === null) return null;
  if (!byBound.has(Number.POSITIVE_INFINITY) && count !== null) byBound.set(Number.POSITIVE_INFINITY, count);
  const buckets = [...byBound].sort(([a], [b]) => a - b);
  return {
    upperBounds: buckets.map(([bound]) => finite(bound)),
    cumulativeCounts: buckets.map(([, total]) => total),
    sum,
    count: count ?? byBound.get(Number.POSITIVE_INFINITY) ?? null,
  };
}

function totalsByBound(samples: readonly PrometheusSample[]): Map<number, number> | null {
  const byBound = new Map<number, PrometheusSample[]>();
  for (const sample of samples) {
    const bound = toNumber(sample.labels['le'] ?? '');
    if (Number.isNaN(bound) || !Number.isFinite(sample.value)) return null;
    const others = byBound.get(bound);
    if (others === undefined) byBound.set(bound, [sample]);
    else others.push(sample);
  }
  if ([...byBound.values()].some((buckets) => buckets.length > 1 && hasSeriesTwice(buckets))) return null;
  return new Map([...byBound].map(([bound, buckets]) => [bound, buckets.reduce((sum, { value }) => sum + value, 0)]));
}

/** Of one bound, so that `le`, which may be spelled in two ways (`1` and `1.0`), does not tell series apart. */
function hasSeriesTwice(buckets: readonly PrometheusSample[]): boolean {
  const series = buckets.map(({ labels }) => JSON.stringify(Object.entries({ ...labels, le: '' }).sort()));
  return new Set(series).size < series.length;
}
