import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import { type Patch, aFrameEngine, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(patch: (frame: number) => Patch<Engine>, count = 11) {
  const window = aWindow(count, 60, (frame) => ({ engines: [aFrameEngine(patch(frame))] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'spec-decode-ineffective');
}
function drafting(acceptedShare: number, perMinute = 2000, requestsRunning = 32) {
  return (frame: number): Patch<Engine> => ({
    requestsRunning,
    counters: { draftTokens: frame * perMinute, acceptedDraftTokens: frame * perMinute * acceptedShare },
  });
}

describe('spec-decode-ineffective', () => {
  it('confirms drafts that are mostly thrown away', () => {
    const { finding } = outcome(drafting(0.2));
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed' });
    expect(finding?.summary).toBe('Of 20000 drafted tokens 20 % were accepted, with 32 requests running.');
    expect(finding?.candidateActions).toEqual([{ type: 'vllm-config:speculative', parameters: { value: 'off' } }]);
  });

  it('says nothing from exactly three tenths, in smaller batches, or of few drafts', () => {
    expect(outcome(drafting(0.3)).finding).toBeUndefined();
    expect(outcome(drafting(0.29)).finding).toBeDefined();
    expect(outcome(drafting(0.2, 2000, 31)).finding).toBeUndefined();
    expect(outcome(drafting(0.2, 999)).finding).toBeUndefined();
    expect(outcome(drafting(0.2, 1000)).finding).toBeDefined();
  });

  it('only suspects before ten minutes', () => {
    expect(outcome(drafting(0.2), 10).finding?.state).toBe('suspected');
  });

  it('is not evaluated without drafts or from one sample', () => {
    expect(outcome(() => ({})).notEvaluated).toContain('engines.counters.draftTokens');
    expect(outcome(drafting(0.2), 1).notEvaluated).toContain('needs another sample');
  });
});
