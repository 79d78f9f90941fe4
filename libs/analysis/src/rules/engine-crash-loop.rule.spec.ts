import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import { type Patch, aFrameEngine, aWindow, anAnalysisContext, frameTime, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(patch: (frame: number) => Patch<Engine>, count: number, step = 60) {
  const window = aWindow(count, step, (frame) => ({ engines: [aFrameEngine(patch(frame))] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'engine-crash-loop');
}
/** Starts anew with every so manieth frame. */
const every = (frames: number) => (frame: number) => ({
  startedAt: frameTime(Math.floor(frame / frames) * frames * 60 - 5),
});

describe('engine-crash-loop', () => {
  it('is critical from exactly three restarts, and proposes no further one', () => {
    expect(outcome(every(2), 6).finding).toBeUndefined();
    const { finding } = outcome(every(2), 7);
    expect(finding).toMatchObject({ severity: 'critical', state: 'confirmed' });
    expect(finding?.summary).toBe('The engine was restarted 3 times within 3600 s.');
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual(['collect-diagnostics', 'notify-oncall']);
  });

  it('counts those of the last hour only', () => {
    const early = (frame: number) => ({ startedAt: frameTime(Math.min(frame, 3) * 600) });
    expect(outcome(early, 8, 600).finding).toBeDefined();
    expect(outcome(early, 9, 600).finding).toBeUndefined();
  });

  it('is not evaluated from one sample, nor without anything that shows a restart', () => {
    expect(outcome(() => ({}), 1).notEvaluated).toContain('needs another sample');
    const counters = {
      preemptions: null,
      promptTokens: null,
      generationTokens: null,
      requestsSucceeded: null,
      prefixCacheQueries: null,
      prefixCacheHits: null,
    };
    expect(outcome(() => ({ counters }), 3).notEvaluated).toContain('engines.startedAt');
  });
});
