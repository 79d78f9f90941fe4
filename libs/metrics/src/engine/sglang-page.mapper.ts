import type { PrometheusSample } from '../prometheus/index.js';
import { type EngineDialect, type EnginePage, readEnginePage, shareUnlabelled } from './engine-page.js';
import { type EngineOnPage, hasLoad } from './engine-reading.js';
import type { Series } from './engine-series.js';
import { canonicalSglangName, SGLANG_NAMES } from './sglang-names.js';

const DP_RANK = 'dp_rank';
/** Ranks that work on the same requests: each counts them all. */
const SHARING_RANKS = ['pp_rank', 'tp_rank', 'moe_ep_rank'] as const;

const SGLANG: EngineDialect = {
  names: SGLANG_NAMES,
  canonicalName: canonicalSglangName,
  label: DP_RANK,
  enginesOf,
};

/** Reads an SGLang `/metrics` page of any version. */
export function mapSglangPage(text: string): EnginePage {
  return readEnginePage(text, SGLANG);
}

/**
 * Data-parallel ranks are engines of their own where each has its own series. Where the tokenizer in front counts
 * latencies and tokens for all of them together, they are one engine, since no rank could be judged without these.
 */
function enginesOf(byRank: ReadonlyMap<string, Series>): EngineOnPage[] {
  const isOneServer = hasLoad(byRank.get('') ?? new Map(), SGLANG_NAMES);
  const engines = isOneServer
    ? [{ label: '', series: merged([...byRank.values()]) }]
    : shareUnlabelled(byRank, SGLANG_NAMES);
  return engines.map(({ label, series }) => ({ label, series: countedOnce(series) }));
}

function merged(parts: readonly Series[]): Series {
  const all = new Map<string, PrometheusSample[]>();
  for (const part of parts) {
    for (const [name, samples] of part) all.set(name, [...(all.get(name) ?? []), ...samples]);
  }
  return all;
}

function countedOnce(series: Series): Series {
  return new Map([...series].map(([name, samples]) => [name, withoutPriorities(name, oneRankOf(samples))]));
}

/** Of each data-parallel rank the samples of its lowest sharing rank. */
function oneRankOf(samples: readonly PrometheusSample[]): readonly PrometheusSample[] {
  const lowest = new Map<string, readonly number[]>();
  for (const sample of samples) {
    const dpRank = sample.labels[DP_RANK] ?? '';
    const known = lowest.get(dpRank);
    if (known === undefined || isLower(ranksOf(sample), known)) lowest.set(dpRank, ranksOf(sample));
  }
  return samples.filter((sample) => !isLower(lowest.get(sample.labels[DP_RANK] ?? '') ?? [], ranksOf(sample)));
}

function ranksOf({ labels }: PrometheusSample): number[] {
  return SHARING_RANKS.map((rank) => (/^\d{1,6}$/.test(labels[rank] ?? '') ? Number(labels[rank]) : 0));
}

function isLower(ranks: readonly number[], than: readonly number[]): boolean {
  const at = ranks.findIndex((rank, i) => rank !== than[i]);
  return at !== -1 && (ranks[at] ?? 0) < (than[at] ?? 0);
}

/** With priority scheduling the queue gauges stand there once per priority and, with an empty one, for all of them. */
function withoutPriorities(name: string, samples: readonly PrometheusSample[]): readonly PrometheusSample[] {
  const { requestsRunning, requestsWaiting } = SGLANG_NAMES.gauges;
  if (![...requestsRunning, ...requestsWaiting].includes(name)) return samples;
  const totals = samples.filter(({ labels }) => labels['priority'] === '');
  return totals.length > 0 ? totals : samples;
}
