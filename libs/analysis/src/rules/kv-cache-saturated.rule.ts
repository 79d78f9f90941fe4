import type { Engine } from '@app/core';
import { capacityWaiting, preemptionDelta, sumOver } from './derived-readings.js';
import { CACHE_ROOM_TYPES, cacheRoomActions, kvCapacityTokens, settingTypes } from './engine-actions.js';
import { breachDuring, breachReading, isSettling, waitingReading } from './engine-readings.js';
import { meanPromptTokens } from './prompt-readings.js';
import {
  BASELINE,
  CLEAR,
  type Judgement,
  type RuleSample,
  defineRule,
  firstOf,
  lastOf,
  missing,
  reading,
  recentOf,
  startOf,
} from './rule.js';

type Threshold = 'kvCacheUsage' | 'sglangKvCacheUsage';

function usageBound(engine: Engine): Threshold {
  // SGLang counts reusable blocks as used and calls more than 90 % good.
  return engine.kind === 'sglang' ? 'sglangKvCacheUsage' : 'kvCacheUsage';
}

function judgePressure(sample: RuleSample<Engine>, usageNeeded: number): Judgement {
  const waiting = capacityWaiting(sample.state);
  const preemptions = preemptionDelta(sample);
  const isWaiting = waiting !== null && waiting.requests > 0;
  const isPreempting = preemptions !== null && preemptions > 0;
  const needsBoth = sample.state.kind === 'sglang';
  if (needsBoth ? isWaiting && isPreempting : isWaiting) return { status: 'holds' };
  if (!needsBoth && isPreempting) {
    return { status: 'holds', fromPrevious: (sample.previous?.state.kvCacheUsageRatio ?? 0) >= usageNeeded };
  }
  if (waiting === null) return missing('engines.requestsWaiting');
  if (sample.state.counters.preemptions === null) return missing('engines.counters.preemptions');
  // A full cache without a queue may still preempt: only the next sample can tell.
  if (preemptions === null) return BASELINE;
  return CLEAR;
}

/** The KV cache is full of blocks that are needed, and requests wait or are thrown out for it. */
export const kvCacheSaturatedRule = defineRule<'engine', Threshold>({
  id: 'kv-cache-saturated',
  title: 'KV cache is full under load',
  category: 'bottleneck',
  scope: 'engine',
  durationClass: 'D1',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.kvCacheUsageRatio', required: true },
    { signal: 'engines.requestsWaiting', required: true },
    { signal: 'engines.requestsWaitingCapacity', required: false },
    { signal: 'engines.counters.preemptions', required: true },
    { signal: 'engines.config', required: false },
  ],
  thresholds: {
    kvCacheUsage: {
      value: 0.9,
      unit: 'ratio',
      source: 'engineering choice; gateways stop routing at 0.8',
      range: { min: 0.5, max: 1 },
      description: 'share of the KV cache that running requests need (vLLM)',
      softens: 'down',
    },
    sglangKvCacheUsage: {
      value: 0.95,
      unit: 'ratio',
      source: 'engineering choice; SGLang tuning guide calls more than 0.9 good',
      range: { min: 0.5, max: 1 },
      description: 'token usage (SGLang)',
      softens: 'down',
    },
  },
  candidateActions: [...CACHE_ROOM_TYPES, ...settingTypes('max-num-seqs')],
  reference: 'vLLM metrics design: cached but unreferenced blocks count as free, so usage is what is really needed',

  judge(sample, { thresholds }) {
    const usage = sample.state.kvCacheUsageRatio;
    if (usage === null) return missing('engines.kvCacheUsageRatio');
    if (isSettling(sample)) return BASELINE;
    const needed = thresholds[usageBound(sample.state)];
    return usage >= needed ? judgePressure(sample, needed) : CLEAR;
  },

  conclude(run, context) {
    const recent = recentOf(run, context.durations);
    const sample = lastOf(run);
    const { state: engine } = sample;
    const preemptions = sumOver(recent, preemptionDelta);
    const isPreempting = (preemptions ?? 0) > 0;
    const before = firstOf(recent).previous ?? firstOf(recent);
    const ttft = breachDuring(run, context, 'ttft');
    const itl = breachDuring(run, context, 'interTokenLatency');
    const windowSeconds = (sample.atMs - Math.min(startOf(recent), firstOf(recent).previous?.atMs ?? Infinity)) / 1000;
    const positive = { operator: '>', threshold: 0, source: 'rule definition' } as const;
    const waiting = waitingReading(sample, (capacityWaiting(engine)?.requests ?? 0) > 0 ? positive : null);
    const pressure = isPreempting
      ? 'and the engine preempted running requests ({preemptions} in the window)'
      : 'while requests wait for capacity ({waiting} now)';
    return {
      severity: isPreempting || ttft || itl ? 'high' : 'medium',
      confidence: isPreempting ? 'high' : (capacityWaiting(engine)?.confidence ?? 'medium'),
      summary: `The KV cache is {usage} full ${pressure}.`,
      evidence: {
        usage: reading(sample, 'engines.kvCacheUsageRatio', engine.kvCacheUsageRatio, 'ratio', {
          bound: context.bound('>=', usageBound(engine)),
        }),
        waiting,
        preemptions: reading(sample, 'derived.preemptionDelta', preemptions, 'count', {
          bound: isPreempting ? positive : null,
          windowSeconds,
        }),
        running: reading(sample, 'engines.requestsRunning', engine.requestsRunning, 'count'),
        ttft: breachReading(sample, ttft),
        itl: breachReading(sample, itl),
        capacity: reading(sample, 'derived.kvCapacityTokens', kvCapacityTokens(engine), 'count'),
        promptTokens: reading(sample, 'derived.meanPromptTokens', meanPromptTokens(before.state, engine), 'count'),
      },
      candidateActions: cacheRoomActions(sample, isPreempting),
    };
  },
});
