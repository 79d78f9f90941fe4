import type { Cache, CandidateAction } from '@app/core';
import { cacheLookBack, cacheRise, engineOf, hitShare } from './cache-readings.js';
import { meanPromptTokens, prefixLookups } from './prompt-readings.js';
import { CLEAR, BASELINE, type RuleSample, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'hitRatio' | 'lookupTokens' | 'warmSeconds' | 'prefixHitRatio' | 'prefixQueries';

/** Seconds since the engine that holds the cache began; null for a server of its own. */
function ageSeconds({ state: cache, snapshot, atMs }: RuleSample<Cache>): number | null {
  const startedAt = cache.engineId === null ? null : (engineOf(cache, snapshot)?.startedAt ?? null);
  return startedAt === null ? null : (atMs - Date.parse(startedAt)) / 1000;
}

interface EngineSide {
  /** Of what the engine looked up in its own cache; null when that was too little to say. */
  readonly prefixHitRatio: number | null;
  readonly promptTokens: number | null;
}

function engineSideOf(start: RuleSample<Cache>, sample: RuleSample<Cache>, minimumQueries: number): EngineSide {
  const before = engineOf(start.state, start.snapshot);
  const after = engineOf(sample.state, sample.snapshot);
  if (!before || !after || before.id !== after.id) return { prefixHitRatio: null, promptTokens: null };
  const prefix = prefixLookups(before, after);
  return {
    prefixHitRatio: prefix && prefix.queries >= minimumQueries ? prefix.hitRatio : null,
    promptTokens: meanPromptTokens(before, after),
  };
}

function actionsFor(cache: Cache, evictions: number | null, promptTokens: number | null): CandidateAction[] {
  const hasShortPrompts =
    promptTokens !== null && cache.chunkSizeTokens !== null && promptTokens < cache.chunkSizeTokens;
  return [
    ...(hasShortPrompts ? [{ type: 'lmcache-config:chunk-size', parameters: {} }] : []),
    ...((evictions ?? 0) > 0 ? [{ type: 'lmcache-config:l1-size', parameters: {} }] : []),
  ];
}

/** A warm cache that is asked a lot finds next to nothing. */
export const lmcacheLowHitRule = defineRule<'cache', Threshold>({
  id: 'lmcache-low-hit',
  title: 'LMCache finds little of what it is asked for',
  category: 'efficiency',
  scope: 'cache',
  durationClass: 'D3',
  sections: ['lmcache'],
  keeps: 'state',
  inputs: [
    { signal: 'caches.counters.lookupTokens', required: true },
    { signal: 'caches.counters.hitTokens', required: true },
    { signal: 'caches.healthy', required: false },
    { signal: 'caches.chunkSizeTokens', required: false },
    { signal: 'engines.startedAt', required: false },
    { signal: 'engines.counters.prefixCacheQueries', required: false },
    { signal: 'engines.counters.prefixCacheHits', required: false },
    { signal: 'engines.histograms.promptTokens', required: false },
  ],
  thresholds: {
    hitRatio: {
      value: 0.1,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 0.9 },
      description: 'found tokens as a share of those looked up, below which the cache is of little use',
      softens: 'up',
    },
    lookupTokens: {
      value: 100_000,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1000, max: 1_000_000_000 },
      description: 'tokens looked up, below which a share says nothing',
    },
    warmSeconds: {
      value: 1800,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 60, max: 86_400 },
      description: 'age from which a cache counts as filled',
    },
    prefixHitRatio: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 1 },
      description: 'hit ratio of the engine itself from which little is left for LMCache',
    },
    prefixQueries: {
      value: 10_000,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 100, max: 1_000_000_000 },
      description: 'tokens looked up by the engine, below which its hit ratio says nothing',
    },
  },
  candidateActions: ['lmcache-config:chunk-size', 'lmcache-config:l1-size'],
  reference: 'engineering choice; lookups that the cache of the GPU has answered never reach LMCache',

  judge(sample, { thresholds, durations }) {
    const { counters, healthy } = sample.state;
    if (healthy === false) {
      return { status: 'inapplicable', reason: 'an unhealthy cache answers every lookup with no hits' };
    }
    const inputs = (['lookupTokens', 'hitTokens'] as const).filter((name) => counters[name] === null);
    if (inputs.length > 0) return missing(...inputs.map((name) => `caches.counters.${name}`));
    const back = cacheLookBack(sample, Math.max(durations.d3Seconds, thresholds.warmSeconds));
    const age = ageSeconds(sample);
    if (back?.isCut || (age !== null && age < thresholds.warmSeconds)) {
      return { status: 'inapplicable', reason: `needs ${thresholds.warmSeconds} s since the cache was empty` };
    }
    if (!back) return BASELINE;
    const share = hitShare(back.start, sample);
    if (share === null) return { status: 'inapplicable', reason: 'nothing was looked up in the cache' };
    return share < thresholds.hitRatio ? { status: 'holds', fromPrevious: true } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { thresholds, durations } = context;
    const { state: cache } = sample;
    const back = cacheLookBack(sample, Math.max(durations.d3Seconds, thresholds.warmSeconds));
    const lookups = back ? cacheRise(back.start, sample, 'lookupTokens') : null;
    if (!back || lookups === null || lookups < thresholds.lookupTokens) return null;
    const { prefixHitRatio, promptTokens } = engineSideOf(back.start, sample, thresholds.prefixQueries);
    const isExpected = prefixHitRatio !== null && prefixHitRatio >= thresholds.prefixHitRatio;
    const evictions = cacheRise(back.start, sample, 'evictions');
    const over = { windowSeconds: back.seconds };
    return {
      severity: isExpected ? 'info' : 'low',
      confidence: cache.healthy === true ? 'high' : 'medium',
      summary: isExpected
        ? 'LMCache finds {share} of the tokens looked up, while the engine itself finds {prefixHit}.'
        : 'LMCache finds only {share} of the tokens looked up ({hits} of {lookups}).',
      evidence: {
        share: reading(sample, 'derived.cacheHitRatio', hitShare(back.start, sample), 'ratio', {
          bound: context.bound('<', 'hitRatio'),
          ...over,
        }),
        hits: reading(sample, 'derived.cacheHitTokens', cacheRise(back.start, sample, 'hitTokens'), 'count', over),
        lookups: reading(sample, 'derived.cacheLookupTokens', lookups, 'count', {
          bound: context.bound('>=', 'lookupTokens'),
          ...over,
        }),
        prefixHit: reading(sample, 'derived.prefixHit', prefixHitRatio, 'ratio', {
          bound: isExpected ? context.bound('>=', 'prefixHitRatio') : null,
          ...over,
        }),
        promptTokens: reading(sample, 'derived.meanPromptTokens', promptTokens, 'count', over),
        chunkSize: reading(sample, 'caches.chunkSizeTokens', cache.chunkSizeTokens, 'count'),
        usage: reading(sample, 'caches.usageRatio', cache.usageRatio, 'ratio'),
        evictions: reading(sample, 'derived.cacheEvictions', evictions, 'count', over),
        age: reading(sample, 'derived.cacheAgeSeconds', ageSeconds(sample), 'seconds'),
      },
      candidateActions: isExpected ? [] : actionsFor(cache, evictions, promptTokens),
    };
  },
});
