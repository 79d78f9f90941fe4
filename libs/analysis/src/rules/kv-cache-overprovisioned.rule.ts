import type { Engine } from '@app/core';
import { counterDelta } from './derived-readings.js';
import { changeSetting, kvCapacityTokens, settingTypes } from './engine-actions.js';
import { engineDelta, momentsOf, spanSeconds } from './history-readings.js';
import { CLEAR, defineRule, lastOf, missing, reading, type Run } from './rule.js';

type Threshold = 'kvCacheUsage' | 'prefixHitRatio' | 'historySeconds';

function missingInputs({ kvCacheUsageRatio, requestsWaiting, counters }: Engine): string[] {
  const inputs: [string, unknown][] = [
    ['engines.kvCacheUsageRatio', kvCacheUsageRatio],
    ['engines.requestsWaiting', requestsWaiting],
    ['engines.counters.preemptions', counters.preemptions],
    ['engines.counters.generationTokens', counters.generationTokens],
    ['engines.counters.prefixCacheQueries', counters.prefixCacheQueries],
    ['engines.counters.prefixCacheHits', counters.prefixCacheHits],
  ];
  return inputs.filter(([, value]) => value === null).map(([signal]) => signal);
}

/** What the run found in a cache of all that it looked up; null when it looked nothing up. */
function hitRatioOf(
  run: Run<Engine>,
  queried: 'prefixCacheQueries' | 'externalCacheQueries',
  hit: 'prefixCacheHits' | 'externalCacheHits',
): number | null {
  const moments = momentsOf(run);
  const { id } = lastOf(run).state;
  const queries = engineDelta(moments, id, ({ counters }) => counters[queried]);
  const hits = engineDelta(moments, id, ({ counters }) => counters[hit]);
  return hits === null || !queries ? null : Math.min(1, hits / queries);
}

/** The KV cache is never used for more than a small part, and nothing profits from the rest. */
export const kvCacheOverprovisionedRule = defineRule<'engine', Threshold>({
  id: 'kv-cache-overprovisioned',
  title: 'KV cache is much larger than the traffic needs',
  category: 'efficiency',
  scope: 'engine',
  durationClass: 'D3',
  historyThreshold: 'historySeconds',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.kvCacheUsageRatio', required: true },
    { signal: 'engines.requestsWaiting', required: true },
    { signal: 'engines.counters.preemptions', required: true },
    { signal: 'engines.counters.generationTokens', required: true },
    { signal: 'engines.counters.prefixCacheQueries', required: true },
    { signal: 'engines.counters.prefixCacheHits', required: true },
    { signal: 'engines.counters.externalCacheQueries', required: false },
    { signal: 'engines.config', required: false },
  ],
  thresholds: {
    kvCacheUsage: {
      value: 0.2,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 0.5 },
      description: 'KV cache usage that was never exceeded',
      softens: 'up',
    },
    prefixHitRatio: {
      value: 0.3,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 1 },
      description: 'prefix cache hits from which the spare blocks serve as prefix cache',
    },
    historySeconds: {
      value: 21_600,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 1800, max: 604_800 },
      description: 'time over which the usage has to be known',
    },
  },
  candidateActions: settingTypes('gpu-memory-utilization'),
  reference: 'vLLM metrics design: cached but unreferenced blocks count as free, so usage is what is really needed',

  judge(sample, { thresholds }) {
    const { state: engine, previous } = sample;
    const inputs = missingInputs(engine);
    if (inputs.length > 0 || engine.kvCacheUsageRatio === null) return missing(...inputs);
    const preemptions = counterDelta(previous?.state.counters.preemptions, engine.counters.preemptions) ?? 0;
    const isTight = engine.kvCacheUsageRatio > thresholds.kvCacheUsage;
    if (isTight || engine.requestsWaiting !== 0 || preemptions > 0) return CLEAR;
    return { status: 'holds', needsSeconds: thresholds.historySeconds };
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: engine } = sample;
    const moments = momentsOf(run);
    const tokens = engineDelta(moments, engine.id, ({ counters }) => counters.generationTokens);
    const prefixHit = hitRatioOf(run, 'prefixCacheQueries', 'prefixCacheHits');
    const externalHit = hitRatioOf(run, 'externalCacheQueries', 'externalCacheHits');
    // Free blocks are the prefix cache: where it is hit, they are in use.
    const isCaching = Math.max(prefixHit ?? 0, externalHit ?? 0) >= context.thresholds.prefixHitRatio;
    if (!tokens || isCaching) return null;
    const windowSeconds = spanSeconds(moments);
    const peak = Math.max(...run.map((held) => held.sample.state.kvCacheUsageRatio ?? 0));
    return {
      severity: 'low',
      confidence: prefixHit === null ? 'medium' : 'high',
      summary: 'At most {peak} of the KV cache was needed at a time, without a queue and without preemptions.',
      evidence: {
        peak: reading(sample, 'derived.kvCachePeakRatio', peak, 'ratio', {
          bound: context.bound('<=', 'kvCacheUsage'),
          windowSeconds,
        }),
        prefixHit: reading(sample, 'derived.prefixHitRatio', prefixHit, 'ratio', {
          bound: context.bound('<', 'prefixHitRatio'),
          windowSeconds,
        }),
        externalHit: reading(sample, 'derived.externalHitRatio', externalHit, 'ratio', { windowSeconds }),
        capacity: reading(sample, 'derived.kvCapacityTokens', kvCapacityTokens(engine), 'count'),
        tokens: reading(sample, 'derived.generationTokenDelta', tokens, 'count', { windowSeconds }),
      },
      candidateActions: [changeSetting(engine, 'gpu-memory-utilization', 'lower')],
    };
  },
});
