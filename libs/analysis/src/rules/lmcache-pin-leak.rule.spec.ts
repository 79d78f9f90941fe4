import { describe, expect, it } from '@jest/globals';
import type { Cache } from '@app/core';
import { type Patch, aFrameCache, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(patch: (frame: number) => Patch<Cache>, minutes = 30) {
  const window = aWindow(minutes + 1, 60, (frame) => ({ caches: [aFrameCache(patch(frame))] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'lmcache-pin-leak');
}
const pins = (pinnedObjects: number | null): Patch<Cache> => ({ pinnedObjects });
const unpins = (forcedUnpins: number): Patch<Cache> => ({ counters: { forcedUnpins } });

describe('lmcache-pin-leak', () => {
  it('confirms half an hour in which pins only become more', () => {
    const { finding } = outcome((frame) => pins(3 + Math.floor(frame / 5)));
    expect(finding).toMatchObject({ severity: 'low', state: 'suspected' });
    const risen = outcome((frame) => pins(3 + Math.floor(frame / 5)), 40).finding;
    expect(risen?.state).toBe('confirmed');
    expect(risen?.summary).toMatch(/^Pinned chunks only become more: 11 now, \d+ more than when it began\.$/);
    expect(risen?.candidateActions).toEqual([{ type: 'lmcache-restart', parameters: {} }]);
  });

  it('says nothing of pins that come and go, or stay', () => {
    expect(outcome((frame) => pins(frame % 3)).finding?.state).not.toBe('confirmed');
    expect(outcome(() => pins(500))).toEqual({});
    expect(outcome((frame) => pins(frame < 5 ? 0 : 8))).toEqual({});
  });

  it('forgets a leak once pins go', () => {
    expect(outcome((frame) => pins(frame === 40 ? 0 : frame), 40).finding?.state).not.toBe('suspected');
  });

  it('confirms pins that LMCache has to end again and again', () => {
    const { finding } = outcome((frame) => unpins(frame * 2), 10);
    expect(finding).toMatchObject({ state: 'confirmed' });
    expect(finding?.summary).toBe('LMCache had to end pins itself: 10 in the last minutes.');
    expect(outcome((frame) => unpins(frame * 2), 9).finding?.state).toBe('suspected');
  });

  it('forgives a single timeout', () => {
    expect(outcome((frame) => unpins(frame < 5 ? 0 : 1), 20)).toEqual({});
  });

  it('is not evaluated without pinned objects', () => {
    expect(outcome(() => pins(null)).notEvaluated).toContain('caches.pinnedObjects');
  });
});
