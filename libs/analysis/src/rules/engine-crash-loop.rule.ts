import type { Engine } from '@app/core';
import { plainAction } from './engine-actions.js';
import { incidentAround, showsRestarts } from './engine-restarted.rule.js';
import { BASELINE, CLEAR, defineRule, lastOf, missing, reading, type RuleSample } from './rule.js';

type Threshold = 'restarts' | 'withinSeconds' | 'nearSeconds';

function restartsWithin({ restarts, atMs }: RuleSample<Engine>, seconds: number): number {
  return restarts.filter(({ seenAtMs }) => atMs - seenAtMs <= seconds * 1000).length;
}

/** The engine starts anew again and again; another restart would not help. */
export const engineCrashLoopRule = defineRule<'engine', Threshold>({
  id: 'engine-crash-loop',
  title: 'Engine restarts again and again',
  category: 'health',
  scope: 'engine',
  durationClass: 'D0',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.counters.generationTokens', required: true },
    { signal: 'engines.startedAt', required: false },
    { signal: 'events.kind', required: false },
  ],
  thresholds: {
    restarts: {
      value: 3,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 2, max: 100 },
      description: 'restarts within the time',
    },
    withinSeconds: {
      value: 3600,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 300, max: 86_400 },
      description: 'time in which restarts are counted',
    },
    nearSeconds: {
      value: 60,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 5, max: 3600 },
      description: 'time around a restart in which a kernel incident belongs to it',
    },
  },
  candidateActions: ['collect-diagnostics', 'notify-oncall'],
  reference: 'counters that fall, or another process start time, mean another process',

  judge(sample, { thresholds }) {
    if (!showsRestarts(sample.state)) return missing('engines.counters.generationTokens', 'engines.startedAt');
    if (!sample.previous && sample.restarts.length === 0) return BASELINE;
    const isLooping = restartsWithin(sample, thresholds.withinSeconds) >= thresholds.restarts;
    return isLooping ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const incident = incidentAround(sample, context.thresholds.nearSeconds);
    return {
      severity: 'critical',
      confidence: 'high',
      summary: `The engine was restarted {restarts} times within {within}${incident ? ', the last time near a kernel incident ({incident})' : ''}.`,
      evidence: {
        restarts: reading(
          sample,
          'derived.engineRestarts',
          restartsWithin(sample, context.thresholds.withinSeconds),
          'count',
          { bound: context.bound('>=', 'restarts'), windowSeconds: context.thresholds.withinSeconds },
        ),
        within: reading(sample, 'derived.restartWindowSeconds', context.thresholds.withinSeconds, 'seconds'),
        startedAt: reading(sample, 'engines.startedAt', sample.state.startedAt, 'text'),
        incident: reading(sample, 'events.kind', incident?.kind, 'text'),
        incidentCode: reading(sample, 'events.code', incident?.code, 'count'),
      },
      candidateActions: [plainAction('collect-diagnostics'), plainAction('notify-oncall')],
    };
  },
});
