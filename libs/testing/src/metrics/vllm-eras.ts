import type { Family } from './engine-page-lines.js';

/** `v1`: since 0.10; `v1-0.9`: V1 until then; `v0`: the engine before V1, on which pages are of one engine. */
export type VllmEra = 'v1' | 'v1-0.9' | 'v0';

const V1_09_NAMES: Readonly<Record<string, string>> = {
  kv_cache_usage_perc: 'gpu_cache_usage_perc',
  prefix_cache_queries: 'gpu_prefix_cache_queries',
  prefix_cache_hits: 'gpu_prefix_cache_hits',
  inter_token_latency_seconds: 'time_per_output_token_seconds',
};
const AFTER_V1_09 = [
  'num_requests_waiting_by_reason',
  'engine_sleep_state',
  'external_prefix_cache_queries',
  'external_prefix_cache_hits',
  'admission_rejections',
];
const V0_NAMES: Readonly<Record<string, string>> = {
  kv_cache_usage_perc: 'gpu_cache_usage_perc',
  inter_token_latency_seconds: 'time_per_output_token_seconds',
  request_queue_time_seconds: 'time_in_queue_requests',
};
const AFTER_V0 = [...AFTER_V1_09, 'prefix_cache_queries', 'prefix_cache_hits'];

/** The families under the names of a version, without those that it did not have yet. */
export function asWrittenBy(era: VllmEra, families: readonly Family[]): Family[] {
  if (era === 'v1') return [...families];
  const [names, later] = era === 'v0' ? [V0_NAMES, AFTER_V0] : [V1_09_NAMES, AFTER_V1_09];
  const known = families.filter(({ name }) => !later.includes(name));
  const renamed = known.map((family) => ({ ...family, name: names[family.name] ?? family.name }));
  return era === 'v0' ? [...renamed.map(withoutEngineLabel), hitRate(families)] : renamed;
}

function withoutEngineLabel(family: Family): Family {
  return {
    ...family,
    rows: family.rows.map(([suffix, labels, value]) => [
      suffix,
      Object.fromEntries(Object.entries(labels).filter(([label]) => label !== 'engine')),
      value,
    ]),
  };
}

/** V0 gives the ratio instead of the two counters, and −1 before the first query. */
function hitRate(families: readonly Family[]): Family {
  const first = (name: string): Family['rows'][number] | undefined =>
    families.find((family) => family.name === name)?.rows[0];
  const [queries, hits] = [first('prefix_cache_queries'), first('prefix_cache_hits')];
  const looked = queries?.[2] ?? 0;
  const { model_name: model = '' } = queries?.[1] ?? {};
  const rate = looked === 0 ? -1 : (hits?.[2] ?? 0) / looked;
  return { name: 'gpu_prefix_cache_hit_rate', type: 'gauge', rows: [['', { model_name: model }, rate]] };
}
