import type { Cache, CandidateAction, Snapshot } from '@app/core';
import { cacheLookBack, cacheRise, hitShare, observationsUpTo } from './cache-readings.js';
import type { LookBack } from './look-back.js';
import {
  BASELINE,
  CLEAR,
  type Judgement,
  type RuleContext,
  type RuleSample,
  defineRule,
  lastOf,
  missing,
  reading,
} from './rule.js';

type Threshold =
  | 'usageRatio'
  | 'mpUsageRatio'
  | 'evictedRatio'
  | 'hitRatio'
  | 'reuseSeconds'
  | 'reusedRatio'
  | 'sampledRatio'
  | 'memoryReserve';
type Thresholds = RuleContext<Threshold>['thresholds'];

/** What happened in the cache over the look back. */
interface Churn {
  readonly evictions: number | null;
  /** Evicted chunks per stored chunk. */
  readonly evictedRatio: number | null;
  readonly hitRatio: number | null;
  readonly evictionFailures: number | null;
  /** Evicted chunks that were asked for again soon, as a share of the evicted ones whose life was recorded. */
  readonly reusedRatio: number | null;
}

function usageBound({ mode }: Cache): 'usageRatio' | 'mpUsageRatio' {
  return mode === 'mp' ? 'mpUsageRatio' : 'usageRatio';
}

function storedChunks(start: RuleSample<Cache>, sample: RuleSample<Cache>): number | null {
  const chunks = cacheRise(start, sample, 'storedChunks');
  const tokens = cacheRise(start, sample, 'storedTokens');
  const { chunkSizeTokens } = sample.state;
  return chunks ?? (tokens === null || chunkSizeTokens === null ? null : tokens / chunkSizeTokens);
}

function churnOf({ start }: LookBack<Cache>, sample: RuleSample<Cache>, thresholds: Thresholds): Churn {
  const evictions = cacheRise(start, sample, 'evictions');
  const stored = storedChunks(start, sample);
  const before = start.state.histograms.evictionToReuse;
  const reused = observationsUpTo(before, sample.state.histograms.evictionToReuse, thresholds.reuseSeconds);
  const recorded = evictions === null ? null : evictions * thresholds.sampledRatio;
  return {
    evictions,
    evictedRatio: evictions === null || stored === null || stored === 0 ? null : evictions / stored,
    hitRatio: hitShare(start, sample),
    evictionFailures: cacheRise(start, sample, 'evictionFailures'),
    reusedRatio: reused === null || recorded === null || recorded === 0 ? null : Math.min(1, reused / recorded),
  };
}

function hasProof({ evictionFailures, reusedRatio }: Churn, thresholds: Thresholds): boolean {
  return (evictionFailures ?? 0) > 0 || (reusedRatio ?? 0) >= thresholds.reusedRatio;
}

/** Why a full cache with many misses can't be called thrashing for want of a counter. */
function missingOf({ counters, histograms, chunkSizeTokens }: Cache): string[] {
  const lacks = (name: keyof Cache['counters']) => (counters[name] === null ? [`caches.counters.${name}`] : []);
  const hasStored = counters.storedChunks !== null || (counters.storedTokens !== null && chunkSizeTokens !== null);
  return [
    ...lacks('evictions'),
    ...lacks('lookupTokens'),
    ...lacks('hitTokens'),
    ...(hasStored ? [] : ['caches.counters.storedChunks']),
    ...(histograms.evictionToReuse === null ? lacks('evictionFailures') : []),
  ];
}

function judgeChurn(churn: Churn, thresholds: Thresholds): Judgement {
  // Nothing stored or nothing looked up: a full cache at rest.
  if (churn.evictedRatio === null || churn.hitRatio === null) return CLEAR;
  const isChurning = churn.evictedRatio >= thresholds.evictedRatio && churn.hitRatio < thresholds.hitRatio;
  return isChurning && hasProof(churn, thresholds) ? { status: 'holds', fromPrevious: true } : CLEAR;
}

function actionsFor({ system }: Snapshot, memoryReserve: number): CandidateAction[] {
  const { totalBytes, availableBytes } = system?.memory ?? {};
  const hasRoom = totalBytes != null && availableBytes != null && availableBytes > totalBytes * memoryReserve;
  return [
    ...(hasRoom ? [{ type: 'lmcache-config:l1-size', parameters: {} }] : []),
    { type: 'lmcache-config:disk', parameters: {} },
    { type: 'lmcache-config:eviction-policy', parameters: {} },
  ];
}

/** The cache throws chunks out that are asked for again soon after. */
export const lmcacheEvictionThrashRule = defineRule<'cache', Threshold>({
  id: 'lmcache-eviction-thrash',
  title: 'LMCache evicts what is needed again',
  category: 'efficiency',
  scope: 'cache',
  durationClass: 'D2',
  sections: ['lmcache'],
  keeps: 'state',
  inputs: [
    { signal: 'caches.usageRatio', required: true },
    { signal: 'caches.counters.evictions', required: true },
    { signal: 'caches.counters.lookupTokens', required: true },
    { signal: 'caches.counters.hitTokens', required: true },
    { signal: 'caches.counters.storedChunks', required: true },
    { signal: 'caches.counters.storedTokens', required: false },
    { signal: 'caches.chunkSizeTokens', required: false },
    { signal: 'caches.counters.evictionFailures', required: true },
    { signal: 'caches.histograms.evictionToReuse', required: false },
    { signal: 'system.memory.availableBytes', required: false },
  ],
  thresholds: {
    usageRatio: {
      value: 0.9,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.5, max: 1 },
      description: 'use of the host memory tier from which it counts as full (inside the engine)',
      softens: 'down',
    },
    mpUsageRatio: {
      value: 0.78,
      unit: 'ratio',
      source: 'LMCache server: evicts from 0.8 on',
      range: { min: 0.5, max: 1 },
      description: 'the same for the server of its own, which keeps a fifth free',
      softens: 'down',
    },
    evictedRatio: {
      value: 0.8,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 10 },
      description: 'evicted chunks per stored chunk',
      softens: 'down',
    },
    hitRatio: {
      value: 0.3,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 0.9 },
      description: 'hit ratio below which evictions hurt; a full cache with hits is a normal one',
      softens: 'up',
    },
    reuseSeconds: {
      value: 300,
      unit: 'seconds',
      source: 'LMCache server: time for which it remembers an evicted chunk',
      range: { min: 1, max: 3600 },
      description: 'time from eviction to the next use within which it was too early',
    },
    reusedRatio: {
      value: 0.1,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 1 },
      description: 'evicted chunks that were needed again, as a share of the recorded ones',
      softens: 'down',
    },
    sampledRatio: {
      value: 1,
      unit: 'ratio',
      source: 'engineering choice: what is recorded is taken as it stands',
      range: { min: 0.0001, max: 1 },
      description: 'share of chunks whose life the server records; set it where that is a sample, as one in a hundred',
    },
    memoryReserve: {
      value: 0.2,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 0.9 },
      description: 'share of host memory that has to stay available for a larger tier to be proposed',
    },
  },
  candidateActions: ['lmcache-config:l1-size', 'lmcache-config:disk', 'lmcache-config:eviction-policy'],
  reference: 'LMCache server metrics: l1_chunk_evict_reuse_gap is direct evidence of thrashing',

  judge(sample, { thresholds, durations }) {
    const { usageRatio } = sample.state;
    if (usageRatio === null) return missing('caches.usageRatio');
    if (usageRatio < thresholds[usageBound(sample.state)]) return CLEAR;
    const inputs = missingOf(sample.state);
    if (inputs.length > 0) return missing(...inputs);
    const back = cacheLookBack(sample, durations.d2Seconds);
    return back ? judgeChurn(churnOf(back, sample, thresholds), thresholds) : BASELINE;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: cache } = sample;
    const { thresholds } = context;
    const back = cacheLookBack(sample, context.durations.d2Seconds);
    if (!back) return null;
    const churn = churnOf(back, sample, thresholds);
    const isReused = (churn.reusedRatio ?? 0) >= thresholds.reusedRatio;
    const over = { windowSeconds: back.seconds };
    const failures = churn.evictionFailures ?? 0;
    return {
      severity: 'medium',
      confidence: 'high',
      summary: isReused
        ? 'LMCache is {usage} full and finds {hit} of the tokens looked up; {reused} of the evicted chunks whose life it recorded were needed again.'
        : 'LMCache is {usage} full and finds {hit} of the tokens looked up; {failures} evictions failed.',
      evidence: {
        usage: reading(sample, 'caches.usageRatio', cache.usageRatio, 'ratio', {
          bound: context.bound('>=', usageBound(cache)),
        }),
        evicted: reading(sample, 'derived.cacheEvictedPerStored', churn.evictedRatio, 'ratio', {
          bound: context.bound('>=', 'evictedRatio'),
          ...over,
        }),
        hit: reading(sample, 'derived.cacheHitRatio', churn.hitRatio, 'ratio', {
          bound: context.bound('<', 'hitRatio'),
          ...over,
        }),
        reused: reading(sample, 'derived.cacheReusedAfterEviction', churn.reusedRatio, 'ratio', {
          bound: isReused ? context.bound('>=', 'reusedRatio') : null,
          ...over,
        }),
        failures: reading(sample, 'derived.cacheEvictionFailures', churn.evictionFailures, 'count', {
          bound: failures > 0 ? { operator: '>', threshold: 0, source: 'rule definition' } : null,
          ...over,
        }),
        evictions: reading(sample, 'derived.cacheEvictions', churn.evictions, 'count', over),
      },
      candidateActions: actionsFor(sample.snapshot, thresholds.memoryReserve),
    };
  },
});
