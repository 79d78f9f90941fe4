import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import { type Patch, aFrameEngine, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(patch: Patch<Engine>, count = 3) {
  const window = aWindow(count, 60, () => ({ engines: [aFrameEngine(patch)] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'requests-deferred');
}
const deferred = (requestsWaitingDeferred: number, requestsWaiting: number): Patch<Engine> => ({
  requestsWaitingDeferred,
  requestsWaiting,
});

describe('requests-deferred', () => {
  it('confirms deferred requests, and proposes adapter slots where adapters wait', () => {
    const { finding } = outcome({
      ...deferred(9, 10),
      lora: { maxAdapters: 4, runningAdapters: 3, waitingAdapters: 2 },
    });
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toBe(
      '9 requests are deferred, 90 % of those that wait: capacity does not hold them back.',
    );
    expect(finding?.candidateActions).toEqual([
      { type: 'vllm-config:max-loras', parameters: { value: 6, direction: 'raise' } },
    ]);
  });

  it('holds from exactly five, or from four fifths of those that wait', () => {
    expect(outcome(deferred(5, 100)).finding).toBeDefined();
    expect(outcome(deferred(4, 100)).finding).toBeUndefined();
    expect(outcome(deferred(4, 5)).finding).toBeDefined();
    expect(outcome(deferred(4, 6)).finding).toBeUndefined();
  });

  it('says nothing of a single one', () => {
    expect(outcome(deferred(1, 1)).finding).toBeUndefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome(deferred(9, 9), 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated on versions that do not tell', () => {
    expect(outcome({ requestsWaitingDeferred: null }).notEvaluated).toBe(
      'missing input: engines.requestsWaitingDeferred',
    );
  });
});
