import type { Engine, KernelEvent } from '@app/core';
import { BASELINE, CLEAR, defineRule, lastOf, missing, reading, type RuleSample } from './rule.js';

type Threshold = 'explainsSeconds' | 'nearSeconds';

/** Whether a restart would be seen at all. */
export function showsRestarts({ startedAt, counters }: Engine): boolean {
  return startedAt !== null || Object.values(counters).some((counter) => counter !== null);
}

/** The newest incident of the kernel log that may have ended the process. */
export function incidentAround(sample: RuleSample<Engine>, nearSeconds: number): KernelEvent | null {
  const { restart, snapshot } = sample;
  if (!restart) return null;
  const near = snapshot.events.filter(({ kind, at, lastAt }) => {
    const isTelling = kind === 'xid' || kind === 'oom-kill';
    return (
      isTelling &&
      Date.parse(lastAt) >= restart.afterMs - nearSeconds * 1000 &&
      Date.parse(at) <= restart.seenAtMs + nearSeconds * 1000
    );
  });
  return near.at(-1) ?? null;
}

/** The engine started anew, which explains cold caches and a queue for some time. */
export const engineRestartedRule = defineRule<'engine', Threshold>({
  id: 'engine-restarted',
  title: 'Engine was restarted',
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
    explainsSeconds: {
      value: 1800,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 60, max: 86_400 },
      description: 'time for which a restart explains cold caches',
    },
    nearSeconds: {
      value: 60,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 5, max: 3600 },
      description: 'time around the restart in which a kernel incident belongs to it',
    },
  },
  candidateActions: [],
  reference: 'counters that fall, or another process start time, mean another process',

  judge(sample, { thresholds }) {
    if (!showsRestarts(sample.state)) return missing('engines.counters.generationTokens', 'engines.startedAt');
    const { restart, previous, atMs } = sample;
    if (!restart) return previous ? CLEAR : BASELINE;
    return atMs - restart.seenAtMs < thresholds.explainsSeconds * 1000 ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { restart, atMs, state: engine } = sample;
    const incident = incidentAround(sample, context.thresholds.nearSeconds);
    return {
      severity: 'info',
      confidence: 'high',
      summary: `The engine was restarted {age} before the newest sample${incident ? ', near a kernel incident ({incident})' : ''}; its caches were cold.`,
      evidence: {
        age: reading(
          sample,
          'derived.secondsSinceRestart',
          restart ? (atMs - restart.seenAtMs) / 1000 : null,
          'seconds',
          { bound: context.bound('<', 'explainsSeconds') },
        ),
        startedAt: reading(sample, 'engines.startedAt', engine.startedAt, 'text'),
        incident: reading(sample, 'events.kind', incident?.kind, 'text'),
        incidentCode: reading(sample, 'events.code', incident?.code, 'count'),
      },
      candidateActions: [],
    };
  },
});
