import type { Cache } from '@app/core';
import { cacheLookBack, cacheRise } from './cache-readings.js';
import { lookBack } from './look-back.js';
import { CLEAR, type RuleSample, defineRule, lastOf, missing, reading, startOf } from './rule.js';

type Threshold = 'risingSeconds' | 'flatSeconds' | 'unpinSeconds' | 'forcedUnpins';

function hasFewerPins(before: Cache, after: Cache): boolean {
  return before.pinnedObjects === null || after.pinnedObjects === null || after.pinnedObjects < before.pinnedObjects;
}

/** Pins that came without one going, since the last time that any went; null without an earlier sample. */
function pinRise(sample: RuleSample<Cache>, seconds: number): number | null {
  const back = lookBack(sample, seconds, hasFewerPins);
  const [before, after] = [back?.start.state.pinnedObjects ?? null, sample.state.pinnedObjects];
  return before === null || after === null ? null : after - before;
}

function forcedUnpins(sample: RuleSample<Cache>, seconds: number): number | null {
  const back = cacheLookBack(sample, seconds);
  return back ? cacheRise(back.start, sample, 'forcedUnpins') : null;
}

/** Chunks stay pinned for requests that are gone. */
export const lmcachePinLeakRule = defineRule<'cache', Threshold>({
  id: 'lmcache-pin-leak',
  title: 'LMCache keeps chunks pinned that nobody uses',
  category: 'health',
  scope: 'cache',
  durationClass: 'D2',
  sections: ['lmcache'],
  keeps: 'state',
  inputs: [
    { signal: 'caches.pinnedObjects', required: true },
    { signal: 'caches.counters.forcedUnpins', required: false },
  ],
  thresholds: {
    risingSeconds: {
      value: 1800,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 60, max: 86_400 },
      description: 'time for which pinned chunks only become more',
    },
    flatSeconds: {
      value: 600,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 10, max: 86_400 },
      description: 'time within which there has to be a new pin',
    },
    unpinSeconds: {
      value: 300,
      unit: 'seconds',
      source: 'engineering choice; shorter than the duration, so that one timeout is none of many',
      range: { min: 10, max: 3600 },
      description: 'time within which there has to be another forced unpin',
    },
    forcedUnpins: {
      value: 1,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 100_000 },
      description: 'pins that LMCache itself had to end',
    },
  },
  candidateActions: ['lmcache-restart'],
  reference: 'LMCache observability: pinned objects and forced unpins',

  judge(sample, { thresholds }) {
    const forced = forcedUnpins(sample, thresholds.unpinSeconds);
    if (forced !== null && forced >= thresholds.forcedUnpins) return { status: 'holds', fromPrevious: true };
    if (sample.state.pinnedObjects === null) return missing('caches.pinnedObjects');
    const rise = pinRise(sample, thresholds.flatSeconds);
    if (rise === null || rise <= 0) return CLEAR;
    return { status: 'holds', fromPrevious: true, needsSeconds: thresholds.risingSeconds };
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { thresholds } = context;
    const windowSeconds = (sample.atMs - startOf(run)) / 1000;
    const forced = forcedUnpins(sample, thresholds.unpinSeconds);
    const isForced = forced !== null && forced >= thresholds.forcedUnpins;
    const rise = pinRise(sample, windowSeconds);
    return {
      severity: 'low',
      confidence: 'medium',
      summary: isForced
        ? 'LMCache had to end pins itself: {forced} in the last minutes.'
        : 'Pinned chunks only become more: {pinned} now, {rise} more than when it began.',
      evidence: {
        forced: reading(sample, 'derived.cacheForcedUnpins', forced, 'count', {
          bound: isForced ? context.bound('>=', 'forcedUnpins') : null,
          windowSeconds: thresholds.unpinSeconds,
        }),
        pinned: reading(sample, 'caches.pinnedObjects', sample.state.pinnedObjects, 'count'),
        rise: reading(sample, 'derived.cachePinnedRise', rise, 'count', {
          bound: isForced ? null : { operator: '>', threshold: 0, source: 'rule definition' },
          windowSeconds,
        }),
      },
      candidateActions: [{ type: 'lmcache-restart', parameters: {} }],
    };
  },
});
