import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import { type Patch, aFrameEngine, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(patch: (frame: number) => Patch<Engine>, count = 3, step = 60) {
  const window = aWindow(count, step, (frame) => ({ engines: [aFrameEngine(patch(frame))] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'preemption-thrash');
}
function perMinute(preemptions: number, requests = 1000) {
  return (frame: number) => ({
    counters: { preemptions: 7 + frame * preemptions, requestsSucceeded: 50 + frame * requests },
  });
}

describe('preemption-thrash', () => {
  it('confirms preemptions again and again, and proposes fewer sequences', () => {
    const { finding } = outcome(perMinute(20));
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toBe(
      'The engine preempted running requests 40 times, 0.02 times per request that finished.',
    );
    expect(finding?.candidateActions).toContainEqual({
      type: 'vllm-config:max-num-seqs',
      parameters: { value: 170, direction: 'lower' },
    });
  });

  it('holds from exactly one in a hundred, and is high from one in twenty', () => {
    expect(outcome(perMinute(10)).finding?.severity).toBe('medium');
    expect(outcome(perMinute(9)).finding).toBeUndefined();
    expect(outcome(perMinute(50)).finding?.severity).toBe('high');
    expect(outcome(perMinute(49)).finding?.severity).toBe('medium');
  });

  it('needs three of them, and takes none of before the window', () => {
    expect(outcome(perMinute(1, 50)).finding).toBeUndefined();
    expect(outcome(perMinute(1, 50), 4).finding).toBeDefined();
    expect(outcome(() => ({ counters: { preemptions: 4000, requestsSucceeded: 4000 } })).finding).toBeUndefined();
  });

  it('keeps on counting when they come in bursts', () => {
    const bursts = (frame: number) => ({
      counters: { preemptions: Math.floor(frame / 3) * 30, requestsSucceeded: frame * 100 },
    });
    expect(outcome(bursts, 10, 15).finding?.state).toBe('confirmed');
  });

  it('only suspects before its duration', () => {
    expect(outcome(perMinute(20), 2).finding?.state).toBe('suspected');
  });

  it('asks SGLang for more careful admission', () => {
    const sglang = (frame: number): Patch<Engine> => ({ kind: 'sglang', ...perMinute(20)(frame) });
    const types = outcome(sglang).finding?.candidateActions.map(({ type }) => type);
    expect(types).toEqual([
      'sglang-config:mem-fraction-static',
      'sglang-config:max-running-requests',
      'sglang-config:schedule-conservativeness',
      'lmcache-config:l1-size',
      'k8s-scale',
      'router-rebalance',
    ]);
  });

  it('is not evaluated without its counters, nor from one sample', () => {
    expect(outcome(() => ({ counters: { preemptions: null } })).notEvaluated).toBe(
      'missing input: engines.counters.preemptions',
    );
    expect(outcome(perMinute(20), 1).notEvaluated).toContain('needs another sample');
  });
});
