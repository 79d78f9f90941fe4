import type { Engine } from '@app/core';

export type SeriesLabels = Readonly<Record<string, string>>;

/** Where a counter stands: its names, newest first, and which of its label sets count. */
export interface CounterSource {
  readonly names: readonly string[];
  readonly where?: (labels: SeriesLabels) => boolean;
  /** Label by which the family counts everything, so that no series with the wanted value means none counted. */
  readonly completeBy?: string;
}

export type EngineGauge =
  | 'requestsRunning'
  | 'requestsWaiting'
  | 'waitingByReason'
  | 'kvCacheUsage'
  | 'prefixCacheHitRate'
  | 'maxNumSeqs'
  | 'sleepState'
  | 'lora'
  | 'cacheConfig';

/**
 * What one kind of engine calls its series: newest name first, without prefix and without the `_total` that
 * prometheus_client appends. Where a page has two of them (hybrids of versions exist), the newer one counts.
 */
export interface EngineNames {
  readonly kind: Engine['kind'];
  readonly prefix: RegExp;
  /** Series that stand without the prefix, with the name they are read under. */
  readonly unprefixed: Readonly<Record<string, string>>;
  readonly gauges: Readonly<Record<EngineGauge, readonly string[]>>;
  readonly counters: Readonly<Record<keyof Engine['counters'], CounterSource>>;
  readonly histograms: Readonly<Record<keyof Engine['histograms'], readonly string[]>>;
}

/** A source that makes its numbers up says so with this series. */
export const SIMULATED_SERIES = 'simulated_source_info';
export const PROCESS_START_SERIES = 'process_start_time_seconds';
const TOTAL = '_total';

/** The name without prefix and `_total`, or null for a series that is not read. */
export type CanonicalName = (name: string) => string | null;

export function canonicalNameOf(names: EngineNames): CanonicalName {
  const wanted = new Set([
    ...Object.values(names.gauges).flat(),
    ...Object.values(names.counters).flatMap((source) => source.names),
    ...Object.values(names.histograms)
      .flat()
      .flatMap((name) => [`${name}_bucket`, `${name}_sum`, `${name}_count`]),
  ]);
  const unprefixed = new Map(Object.entries(names.unprefixed));
  const canonicalOf = (name: string): string | null => {
    const prefix = names.prefix.exec(name)?.[0];
    if (prefix === undefined) return unprefixed.get(name) ?? null;
    const bare = name.slice(prefix.length, name.endsWith(TOTAL) ? -TOTAL.length : undefined);
    return wanted.has(bare) ? bare : null;
  };
  // The buckets of a histogram follow each other, and are most of a page.
  let latest: { readonly name: string; readonly canonical: string | null } | null = null;
  return (name) => {
    if (latest?.name !== name) latest = { name, canonical: canonicalOf(name) };
    return latest.canonical;
  };
}
