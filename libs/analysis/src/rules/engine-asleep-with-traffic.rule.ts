import type { Engine } from '@app/core';
import { counterDelta } from './derived-readings.js';
import { plainAction } from './engine-actions.js';
import { isAsleep } from './engine-readings.js';
import { CLEAR, defineRule, lastOf, missing, reading, type RuleSample } from './rule.js';

type Threshold = 'requests';

type Sign = 'waiting' | 'running' | 'errors';

/** What shows that requests still come; null where it is not told. */
function signsOf({ state, previous }: RuleSample<Engine>): Readonly<Record<Sign, number | null>> {
  const rise = (name: 'httpServerErrors' | 'requestsErrored' | 'requestsAborted') =>
    counterDelta(previous?.state.counters[name], state.counters[name]);
  const errors = [rise('httpServerErrors'), rise('requestsErrored'), rise('requestsAborted')].filter(
    (value) => value !== null,
  );
  return {
    waiting: state.requestsWaiting,
    running: state.requestsRunning,
    errors: errors.length === 0 ? null : errors.reduce((sum, value) => sum + value, 0),
  };
}

/** Requests reach an engine that sleeps: they hang or fail. */
export const engineAsleepWithTrafficRule = defineRule<'engine', Threshold>({
  id: 'engine-asleep-with-traffic',
  title: 'Requests are sent to a sleeping engine',
  category: 'configuration',
  scope: 'engine',
  durationClass: 'D1',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.sleepState', required: true },
    { signal: 'engines.requestsWaiting', required: true },
    { signal: 'engines.requestsRunning', required: false },
    { signal: 'engines.counters.httpServerErrors', required: false },
    { signal: 'engines.counters.requestsErrored', required: false },
    { signal: 'engines.counters.requestsAborted', required: false },
  ],
  thresholds: {
    requests: {
      value: 1,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 1000 },
      description: 'requests that hang or failed while the engine slept',
    },
  },
  candidateActions: ['vllm-wake'],
  reference: 'vLLM metrics: engine_sleep_state; sleep mode serves nothing until the engine is woken',

  judge(sample, { thresholds }) {
    const { state: engine } = sample;
    if (engine.sleepState === null) return missing('engines.sleepState');
    if (!isAsleep(engine)) return CLEAR;
    const { waiting, running, errors } = signsOf(sample);
    if (waiting === null && running === null && errors === null) return missing('engines.requestsWaiting');
    // Asleep without requests is what was intended.
    const requests = Math.max(waiting ?? 0, running ?? 0, errors ?? 0);
    return requests >= thresholds.requests ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: engine } = sample;
    const { waiting, running, errors } = signsOf(sample);
    const bound = (value: number | null) =>
      (value ?? 0) >= context.thresholds.requests ? context.bound('>=', 'requests') : null;
    const words = [
      ...((waiting ?? 0) > 0 ? ['{waiting} requests wait'] : []),
      ...((running ?? 0) > 0 ? ['{running} requests hang'] : []),
      ...((errors ?? 0) > 0 ? ['{errors} failed since the sample before'] : []),
    ];
    return {
      severity: 'high',
      confidence: 'high',
      summary: `The engine sleeps ({sleepState}) while requests are sent to it: ${words.join(', ')}.`,
      evidence: {
        sleepState: reading(sample, 'engines.sleepState', engine.sleepState, 'text', {
          bound: { operator: '!=', threshold: 'awake', source: 'rule definition' },
        }),
        waiting: reading(sample, 'engines.requestsWaiting', waiting, 'count', { bound: bound(waiting) }),
        running: reading(sample, 'engines.requestsRunning', running, 'count', { bound: bound(running) }),
        errors: reading(sample, 'derived.failedRequests', errors, 'count', { bound: bound(errors) }),
      },
      candidateActions: engine.kind === 'vllm' ? [plainAction('vllm-wake')] : [],
    };
  },
});
