import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import { type Patch, aFrameEngine, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(counters: (frame: number) => Patch<Engine['counters']>, count = 3) {
  const window = aWindow(count, 60, (frame) => ({ engines: [aFrameEngine({ counters: counters(frame) })] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'request-errors-high');
}
const http =
  (errors: number, requests = 200) =>
  (frame: number) => ({
    httpRequests: frame * requests,
    httpServerErrors: frame * errors,
  });
const finished = (errors: number, aborts: number) => (frame: number) => ({
  requestsSucceeded: frame * 200,
  requestsErrored: frame * errors,
  requestsAborted: frame * aborts,
});

describe('request-errors-high', () => {
  it('confirms server errors', () => {
    const { finding } = outcome(http(20));
    expect(finding).toMatchObject({ severity: 'high', state: 'confirmed', confidence: 'high' });
    expect(finding?.summary).toBe('In the window 10 % of the responses were server errors.');
  });

  it('holds from exactly one in twenty', () => {
    expect(outcome(http(10)).finding).toBeDefined();
    expect(outcome(http(9)).finding).toBeUndefined();
    expect(outcome(finished(10, 0)).finding).toBeDefined();
    expect(outcome(finished(9, 0)).finding).toBeUndefined();
  });

  it('reports aborts separately and trusts them less, since clients give up too', () => {
    const { finding } = outcome(finished(2, 20));
    expect(finding).toMatchObject({ confidence: 'medium' });
    expect(finding?.summary).toContain('10 % were aborted, which may be clients that gave up');
    expect(finding?.evidence).toContainEqual(
      expect.objectContaining({ signal: 'derived.erroredRequestRatio', value: 0.01, operator: null }),
    );
  });

  it('gathers a hundred requests before it judges', () => {
    expect(outcome(http(20, 30)).notEvaluated).toBe('fewer than 100 requests finished');
    expect(outcome(http(20, 30), 7).finding?.state).toBe('confirmed');
  });

  it('only suspects before its duration', () => {
    expect(outcome(http(20), 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without counters of either kind, nor from one sample', () => {
    expect(outcome(() => ({})).notEvaluated).toContain('engines.counters.httpServerErrors');
    expect(outcome(http(20), 1).notEvaluated).toContain('needs another sample');
  });
});
