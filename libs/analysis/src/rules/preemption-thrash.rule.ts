import type { Engine } from '@app/core';
import { counterDelta, sumOver } from './derived-readings.js';
import { CACHE_ROOM_TYPES, cacheRoomActions, settingTypes } from './engine-actions.js';
import { isSettling } from './engine-readings.js';
import { aMinuteBefore, secondsBetween } from './recent-samples.js';
import { BASELINE, CLEAR, defineRule, lastOf, missing, reading, type RuleSample, type Run } from './rule.js';

type Threshold = 'preemptionsPerRequest' | 'highPreemptionsPerRequest' | 'preemptions';

interface Preempted {
  readonly preemptions: number;
  readonly perRequest: number;
}

function missingInputs({ counters }: Engine): string[] {
  return [
    ...(counters.preemptions === null ? ['engines.counters.preemptions'] : []),
    ...(counters.requestsSucceeded === null ? ['engines.counters.requestsSucceeded'] : []),
  ];
}

function preemptedSince(before: RuleSample<Engine>, { state }: RuleSample<Engine>): Preempted | null {
  const preemptions = counterDelta(before.state.counters.preemptions, state.counters.preemptions);
  const requests = counterDelta(before.state.counters.requestsSucceeded, state.counters.requestsSucceeded);
  if (preemptions === null || requests === null) return null;
  // Preempting while nothing finishes is the worst case, not one that can't be told.
  return { preemptions, perRequest: preemptions / Math.max(1, requests) };
}

function lastMinute(sample: RuleSample<Engine>): { before: RuleSample<Engine>; preempted: Preempted } | null {
  const before = aMinuteBefore(sample);
  const preempted = before ? preemptedSince(before, sample) : null;
  return before && preempted ? { before, preempted } : null;
}

function preemptedDuring(run: Run<Engine>): number {
  return (
    sumOver(run, ({ previous, state }) =>
      counterDelta(previous?.state.counters.preemptions, state.counters.preemptions),
    ) ?? 0
  );
}

/** Requests are thrown out and computed again so often that work is lost. */
export const preemptionThrashRule = defineRule<'engine', Threshold>({
  id: 'preemption-thrash',
  title: 'Running requests are preempted again and again',
  category: 'bottleneck',
  scope: 'engine',
  durationClass: 'D1',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.counters.preemptions', required: true },
    { signal: 'engines.counters.requestsSucceeded', required: true },
    { signal: 'engines.kvCacheUsageRatio', required: false },
    { signal: 'engines.requestsRunning', required: false },
    { signal: 'engines.interTokenLatency.p99Seconds', required: false },
  ],
  thresholds: {
    preemptionsPerRequest: {
      value: 0.01,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 0.001, max: 1 },
      description: 'preemptions per finished request',
      softens: 'down',
    },
    highPreemptionsPerRequest: {
      value: 0.05,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 0.001, max: 1 },
      description: 'preemptions per finished request from which it is high',
    },
    preemptions: {
      value: 3,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 10_000 },
      description: 'preemptions below which a share says nothing',
    },
  },
  candidateActions: [...CACHE_ROOM_TYPES, ...settingTypes('max-num-seqs')],
  reference: 'vLLM optimization guide: preempted requests are computed again; more cache room or fewer sequences help',

  judge(sample, { thresholds }) {
    const inputs = missingInputs(sample.state);
    if (inputs.length > 0) return missing(...inputs);
    if (isSettling(sample)) return BASELINE;
    const recent = lastMinute(sample);
    if (!recent) return BASELINE;
    const { preemptions, perRequest } = recent.preempted;
    const isThrashing = preemptions > 0 && perRequest >= thresholds.preemptionsPerRequest;
    return isThrashing ? { status: 'holds', fromPrevious: true } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: engine } = sample;
    const recent = lastMinute(sample);
    const preemptions = preemptedDuring(run);
    if (!recent || preemptions < context.thresholds.preemptions) return null;
    const { perRequest } = recent.preempted;
    const isHigh = perRequest >= context.thresholds.highPreemptionsPerRequest;
    return {
      severity: isHigh ? 'high' : 'medium',
      confidence: 'high',
      summary:
        'The engine preempted running requests {preemptions} times, {perRequest} times per request that finished.',
      evidence: {
        perRequest: reading(sample, 'derived.preemptionsPerRequest', perRequest, 'count', {
          bound: context.bound('>=', isHigh ? 'highPreemptionsPerRequest' : 'preemptionsPerRequest'),
          windowSeconds: secondsBetween(recent.before, sample),
        }),
        preemptions: reading(sample, 'derived.preemptionDelta', preemptions, 'count', {
          bound: context.bound('>=', 'preemptions'),
          windowSeconds: secondsBetween(run[0].sample.previous ?? run[0].sample, sample),
        }),
        kvCache: reading(sample, 'engines.kvCacheUsageRatio', engine.kvCacheUsageRatio, 'ratio'),
        running: reading(sample, 'engines.requestsRunning', engine.requestsRunning, 'count'),
        cap: reading(sample, 'engines.maxNumSeqs', engine.maxNumSeqs, 'count'),
        itlTail: reading(
          sample,
          'engines.interTokenLatency.p99Seconds',
          engine.interTokenLatency.p99Seconds,
          'seconds',
        ),
      },
      candidateActions: cacheRoomActions(sample, true),
    };
  },
});
