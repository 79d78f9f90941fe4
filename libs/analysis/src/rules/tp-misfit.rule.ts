import type { Engine } from '@app/core';
import { preemptionDelta, sumOver } from './derived-readings.js';
import { kvCapacityTokens, MORE_TENSOR_PARALLELISM, numberFlag } from './engine-actions.js';
import { parallelismOf } from './engine-gpus.js';
import { CLEAR, defineRule, lastOf, missing, reading, type RuleSample } from './rule.js';

type Threshold = 'longestRequests' | 'kvCacheUsage';

function longestRequest(engine: Engine): number | null {
  return numberFlag(engine, engine.kind === 'sglang' ? 'context-length' : 'max-model-len');
}

/** How many requests of the greatest length the KV cache holds; null where either is not told. */
function longestRequestsHeld(engine: Engine): number | null {
  const capacity = kvCapacityTokens(engine);
  const longest = longestRequest(engine);
  return capacity === null || !longest || longest < 0 ? null : capacity / longest;
}

function isOverflowing(sample: RuleSample<Engine>, usage: number): boolean {
  return (sample.state.kvCacheUsageRatio ?? 0) >= usage && (preemptionDelta(sample) ?? 0) > 0;
}

/** The model leaves too little room for the KV cache on the GPUs that it is split over. */
export const tpMisfitRule = defineRule<'engine', Threshold>({
  id: 'tp-misfit',
  title: 'Too few GPUs per replica for the context length',
  category: 'efficiency',
  scope: 'engine',
  durationClass: 'D3',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.config', required: true },
    { signal: 'engines.process.flags', required: true },
    { signal: 'engines.kvCacheUsageRatio', required: false },
    { signal: 'engines.counters.preemptions', required: false },
  ],
  thresholds: {
    longestRequests: {
      value: 2,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 100 },
      description: 'requests of the greatest length that the KV cache should hold',
      softens: 'up',
    },
    kvCacheUsage: {
      value: 0.99,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.9, max: 1 },
      description: 'KV cache usage at which preemptions mean that it is full',
      softens: 'down',
    },
  },
  candidateActions: [MORE_TENSOR_PARALLELISM.type],
  reference: 'vLLM optimization guide: more tensor parallelism frees memory for the KV cache and costs synchronisation',

  judge(sample, { thresholds }) {
    const { state: engine } = sample;
    if (engine.kind === 'sglang')
      return { status: 'inapplicable', reason: 'SGLang does not describe its cache blocks' };
    if (isOverflowing(sample, thresholds.kvCacheUsage)) return { status: 'holds', fromPrevious: true };
    const held = longestRequestsHeld(engine);
    if (held === null) {
      return missing(
        ...(kvCapacityTokens(engine) === null ? ['engines.config'] : []),
        ...(longestRequest(engine) === null ? ['engines.process.flags'] : []),
      );
    }
    return held < thresholds.longestRequests ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: engine } = sample;
    const { thresholds } = context;
    const isFull = isOverflowing(sample, thresholds.kvCacheUsage);
    const held = longestRequestsHeld(engine);
    const isShort = held !== null && held < thresholds.longestRequests;
    const reason = isShort
      ? 'The KV cache of {capacity} tokens holds {held} requests of the greatest length ({longest} tokens)'
      : 'The KV cache is {usage} full and the engine preempted {preemptions} requests';
    return {
      severity: isFull ? 'medium' : 'low',
      confidence: 'medium',
      summary: `${reason}.`,
      evidence: {
        held: reading(sample, 'derived.longestRequestsHeld', held, 'count', {
          bound: isShort ? context.bound('<', 'longestRequests') : null,
        }),
        capacity: reading(sample, 'derived.kvCapacityTokens', kvCapacityTokens(engine), 'count'),
        longest: reading(sample, 'engines.process.flags.max-model-len', longestRequest(engine), 'count'),
        usage: reading(sample, 'engines.kvCacheUsageRatio', engine.kvCacheUsageRatio, 'ratio', {
          bound: isFull ? context.bound('>=', 'kvCacheUsage') : null,
        }),
        preemptions: reading(sample, 'derived.preemptionDelta', sumOver(run, preemptionDelta), 'count'),
        tensorParallel: reading(
          sample,
          'engines.process.flags.tensor-parallel-size',
          parallelismOf(engine)?.tensor,
          'count',
        ),
      },
      candidateActions: [MORE_TENSOR_PARALLELISM],
    };
  },
});
