import type { PrometheusSample } from '../prometheus/index.js';
import type { Series } from '../engine/engine-series.js';

/**
 * Labels that tell workers of one cache apart. Under tensor parallelism every worker looks up, stores and retrieves the
 * same tokens, each its share of their bytes: what they count is one count, taken as often as there are workers.
 */
const WORKER_LABELS: ReadonlySet<string> = new Set(['worker_id', 'role', 'device', 'device_index']);

/**
 * Of the samples that differ in their worker only, the largest; one that joined later or was reset does not hide what
 * the others counted. The maximum of counters never falls while none of them does, and buckets keep rising with their
 * bounds, so both can be subtracted from a later scrape.
 */
export function acrossWorkers(samples: readonly PrometheusSample[]): readonly PrometheusSample[] {
  const largest = new Map<string, PrometheusSample>();
  for (const sample of samples) {
    const labels = Object.entries(sample.labels).filter(([label]) => !WORKER_LABELS.has(label));
    const key = JSON.stringify([sample.name, ...labels.sort(([a], [b]) => (a < b ? -1 : 1))]);
    const known = largest.get(key);
    // Not a number stays, so that the reading is null instead of one that left it out.
    if (known === undefined || sample.value > known.value || Number.isNaN(sample.value)) largest.set(key, sample);
  }
  return [...largest.values()];
}

export function seriesAcrossWorkers(series: Series): Series {
  return new Map([...series].map(([name, samples]) => [name, acrossWorkers(samples)]));
}

/** Worker of a sample as one text. */
export function workerOf(sample: PrometheusSample): string {
  return JSON.stringify([...WORKER_LABELS].map((label) => sample.labels[label] ?? null));
}
