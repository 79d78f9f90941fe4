import type { Cache } from '@app/core';
import { cacheRise, engineOf, remoteBypass } from './cache-readings.js';
import { CLEAR, type Judgement, type RuleSample, type Run, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'usefulHitRatio';

const FIRST_POLL: Judgement = { status: 'inapplicable', reason: 'unhealthy at one sample so far: needs another' };

function pingFails({ remotePingErrorCode }: Cache): boolean {
  return remotePingErrorCode !== null && remotePingErrorCode !== 0;
}

function isUnhealthy(cache: Cache): boolean {
  return cache.healthy === false || pingFails(cache);
}

/** The newest hit ratio from before it became unhealthy, by the engine, else by the cache itself. */
function hitRatioBefore(run: Run<Cache>): { value: number; sample: RuleSample<Cache> } | null {
  for (let sample = run[0].sample.previous; sample !== null; sample = sample.previous) {
    const { state: cache, snapshot } = sample;
    const value = engineOf(cache, snapshot)?.externalCacheHitRatio ?? cache.hitRatio;
    if (!isUnhealthy(cache) && value !== null) return { value, sample };
  }
  return null;
}

/** The cache does not work, which looks from outside like a cache that finds nothing. */
export const lmcacheUnhealthyRule = defineRule<'cache', Threshold>({
  id: 'lmcache-unhealthy',
  title: 'LMCache is unhealthy',
  category: 'health',
  scope: 'cache',
  durationClass: 'D0',
  sections: ['lmcache'],
  keeps: 'state',
  inputs: [
    { signal: 'caches.healthy', required: true },
    { signal: 'caches.remotePingErrorCode', required: false },
    { signal: 'caches.remoteLatencySeconds', required: false },
    { signal: 'caches.hitRatio', required: false },
    { signal: 'engines.externalCacheHitRatio', required: false },
  ],
  thresholds: {
    usefulHitRatio: {
      value: 0.1,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 1 },
      description: 'hit ratio before the failure from which the engine misses the cache',
    },
  },
  candidateActions: ['lmcache-health-check', 'lmcache-bypass-add', 'notify-oncall'],
  reference: 'LMCache health monitor: an unhealthy cache answers lookups with no hits and skips stores, silently',

  judge({ state: cache, previous }) {
    if (!isUnhealthy(cache)) return cache.healthy === null ? missing('caches.healthy') : CLEAR;
    return previous !== null && isUnhealthy(previous.state) ? { status: 'holds', fromPrevious: true } : FIRST_POLL;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: cache } = sample;
    const before = hitRatioBefore(run);
    const wasUseful = before !== null && before.value >= context.thresholds.usefulHitRatio;
    const mustBe = (value: number | boolean) =>
      ({ operator: '!=', threshold: value, source: 'LMCache health monitor' }) as const;
    const stored = run[0].sample.previous ? cacheRise(run[0].sample.previous, sample, 'storedTokens') : null;
    return {
      severity: wasUseful ? 'high' : 'medium',
      confidence: 'high',
      summary:
        cache.healthy === false
          ? 'LMCache reports that it is unhealthy: lookups find nothing and nothing is stored.'
          : 'LMCache can not reach its remote tier (ping error {code}).',
      evidence: {
        healthy: reading(sample, 'caches.healthy', cache.healthy, 'text', {
          bound: cache.healthy === false ? mustBe(true) : null,
        }),
        code: reading(sample, 'caches.remotePingErrorCode', cache.remotePingErrorCode, 'count', {
          bound: pingFails(cache) ? mustBe(0) : null,
        }),
        latency: reading(sample, 'caches.remoteLatencySeconds', cache.remoteLatencySeconds, 'seconds'),
        hitBefore: before
          ? reading(before.sample, 'derived.cacheHitRatioBefore', before.value, 'ratio', {
              bound: wasUseful ? context.bound('>=', 'usefulHitRatio') : null,
            })
          : null,
        hitNow: reading(sample, 'caches.hitRatio', cache.hitRatio, 'ratio'),
        stored: reading(sample, 'derived.cacheStoredTokens', stored, 'count'),
      },
      candidateActions: [
        { type: 'lmcache-health-check', parameters: {} },
        ...(pingFails(cache) ? remoteBypass(cache) : []),
        { type: 'notify-oncall', parameters: {} },
      ],
    };
  },
});
