import type { Cache, Snapshot } from '@app/core';
import { cacheRise } from './cache-readings.js';
import { sumOver } from './derived-readings.js';
import { freeRatio } from './host-readings.js';
import { BASELINE, CLEAR, type RuleSample, defineRule, lastOf, missing, reading, startOf } from './rule.js';

type Threshold = 'failures' | 'diskFreeRatio';

function failuresOf(sample: RuleSample<Cache>): number | null {
  return sample.previous ? cacheRise(sample.previous, sample, 'allocationFailures') : null;
}

/** The fullest filesystem; which one holds the disk tier is not told. */
function lowestFreeRatio({ system }: Snapshot): number | null {
  const ratios = (system?.disks ?? []).map(freeRatio).filter((ratio) => ratio !== null);
  return ratios.length === 0 ? null : Math.min(...ratios);
}

/** Again and again the cache finds no room for what it should store or load. */
export const lmcacheL1AllocFailureRule = defineRule<'cache', Threshold>({
  id: 'lmcache-l1-alloc-failure',
  title: 'LMCache finds no room in its host memory tier',
  category: 'bottleneck',
  scope: 'cache',
  durationClass: 'D1',
  sections: ['lmcache'],
  keeps: 'state',
  inputs: [
    { signal: 'caches.counters.allocationFailures', required: true },
    { signal: 'caches.usageRatio', required: false },
    { signal: 'system.disks.freeBytes', required: false },
  ],
  thresholds: {
    failures: {
      value: 1,
      unit: 'count',
      source: 'LMCache server metrics: failure counters should stay at 0',
      range: { min: 1, max: 100_000 },
      description: 'failures in each interval',
    },
    diskFreeRatio: {
      value: 0.05,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 0.5 },
      description: 'free share of a filesystem below which a disk tier may be what has no room',
    },
  },
  candidateActions: ['lmcache-config:l1-size', 'lmcache-health-check', 'host-free-disk'],
  reference: 'LMCache server metrics: failure counters should stay at 0',

  judge(sample, { thresholds }) {
    if (sample.state.counters.allocationFailures === null) return missing('caches.counters.allocationFailures');
    const failures = failuresOf(sample);
    if (failures === null) return BASELINE;
    // Each interval counts by itself: a burst at the start is one, however long the interval.
    return failures >= thresholds.failures ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: cache, snapshot } = sample;
    const free = lowestFreeRatio(snapshot);
    const isDiskFull = free !== null && free < context.thresholds.diskFreeRatio;
    const sinceMs = run[0].sample.previous?.atMs ?? startOf(run);
    return {
      severity: 'medium',
      confidence: 'high',
      summary: 'LMCache found no room for what it should store or load: {failures} failures while they went on.',
      evidence: {
        failures: reading(sample, 'derived.cacheAllocationFailures', sumOver(run, failuresOf), 'count', {
          bound: context.bound('>=', 'failures'),
          windowSeconds: (sample.atMs - sinceMs) / 1000,
        }),
        usage: reading(sample, 'caches.usageRatio', cache.usageRatio, 'ratio'),
        pinned: reading(sample, 'caches.pinnedObjects', cache.pinnedObjects, 'count'),
        diskFree: reading(sample, 'derived.lowestDiskFreeRatio', free, 'ratio', {
          bound: isDiskFull ? context.bound('<', 'diskFreeRatio') : null,
        }),
      },
      candidateActions: [
        { type: 'lmcache-config:l1-size', parameters: {} },
        { type: 'lmcache-health-check', parameters: {} },
        ...(isDiskFull ? [{ type: 'host-free-disk', parameters: {} }] : []),
      ],
    };
  },
});
