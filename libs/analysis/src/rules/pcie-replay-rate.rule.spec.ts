import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(patch: (frame: number) => Patch<Gpu>, count = 4, stepSeconds = 60) {
  const window = aWindow(count, stepSeconds, (frame) => ({ gpus: [aFrameGpu(patch(frame))] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'pcie-replay-rate');
}

const perMinute = (replays: number) => (frame: number) => ({ pcie: { replayCount: 500 + frame * replays } });

describe('pcie-replay-rate', () => {
  it('confirms more replays than a link of its generation and width may have', () => {
    const { finding } = outcome(perMinute(40));
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toBe('The PCIe link repeats 40 packets per minute; 31 are normal for it.');
  });

  it.each([
    [5, 16, 31],
    [4, 16, 16],
    [3, 16, 8],
    [1, 8, 2],
  ])('allows a link of generation %d with %d lanes exactly %d replays per minute', (generation, width, limit) => {
    const link = { generation, width, maxGeneration: generation, hostMaxGeneration: generation, maxWidth: width };
    const at = (rate: number) => (frame: number) => ({ pcie: { ...link, replayCount: frame * rate } });
    expect(outcome(at(limit)).finding).toBeUndefined();
    expect(outcome(at(limit + 1)).finding).toBeDefined();
  });

  it('counts per minute whatever the interval is', () => {
    const quarter = (frame: number) => ({ pcie: { replayCount: frame * 8 } });
    expect(outcome(quarter, 12, 15).finding?.summary).toContain('32 packets per minute');
  });

  it('is high at ten times the limit, or on a link that is narrower than it can be', () => {
    expect(outcome(perMinute(310)).finding?.severity).toBe('high');
    const narrow = (frame: number) => ({ pcie: { replayCount: frame * 40, width: 8 } });
    expect(outcome(narrow).finding?.severity).toBe('high');
  });

  it('takes a large total that does not grow for the past', () => {
    expect(outcome(() => ({ pcie: { replayCount: 100_000 } })).finding).toBeUndefined();
  });

  it('does not read a counter that was reset as a rate', () => {
    const { finding, notEvaluated } = outcome((frame) => ({ pcie: { replayCount: frame === 0 ? 9000 : 0 } }), 2);
    expect(finding).toBeUndefined();
    expect(notEvaluated).toContain('needs another sample');
  });

  it('only suspects before two minutes', () => {
    expect(outcome(perMinute(40), 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without the counter, or without the link when it grows', () => {
    expect(outcome(() => ({ pcie: { replayCount: null } })).notEvaluated).toContain('gpus.pcie.replayCount');
    const noLink = (frame: number) => ({ pcie: { replayCount: frame * 40, generation: null } });
    expect(outcome(noLink).notEvaluated).toContain('gpus.pcie.generation');
  });
});
