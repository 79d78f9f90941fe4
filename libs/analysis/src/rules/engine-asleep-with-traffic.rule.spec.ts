import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import { type Patch, aFrameEngine, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const ASLEEP: Patch<Engine> = { sleepState: 'weights-offloaded', requestsRunning: 0, requestsWaiting: 0 };

function outcome(patch: (frame: number) => Patch<Engine>, count = 3) {
  const window = aWindow(count, 60, (frame) => ({ engines: [aFrameEngine(patch(frame))] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'engine-asleep-with-traffic');
}

describe('engine-asleep-with-traffic', () => {
  it('confirms requests that wait for a sleeping engine, and wakes it', () => {
    const { finding } = outcome(() => ({ ...ASLEEP, requestsWaiting: 3 }));
    expect(finding).toMatchObject({ severity: 'high', state: 'confirmed' });
    expect(finding?.summary).toBe(
      'The engine sleeps (weights-offloaded) while requests are sent to it: 3 requests wait.',
    );
    expect(finding?.candidateActions).toEqual([{ type: 'vllm-wake', parameters: {} }]);
  });

  it('confirms requests that fail', () => {
    const failing = (frame: number) => ({ ...ASLEEP, counters: { httpServerErrors: 5 + frame } });
    expect(outcome(failing, 4).finding?.summary).toContain('1 failed since the sample before');
  });

  it('takes sleep without traffic for what was intended', () => {
    expect(outcome(() => ASLEEP)).toEqual({ finding: undefined, notEvaluated: undefined });
    expect(outcome(() => ({ sleepState: 'awake', requestsWaiting: 3 })).finding).toBeUndefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome(() => ({ ...ASLEEP, requestsWaiting: 1 }), 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without the sleep state, or without anything that shows traffic', () => {
    expect(outcome(() => ({})).notEvaluated).toBe('missing input: engines.sleepState');
    const blind = { ...ASLEEP, requestsWaiting: null, requestsRunning: null };
    expect(outcome(() => blind).notEvaluated).toBe('missing input: engines.requestsWaiting');
  });
});
