import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

/** Ten minutes between the frames, and what the counter stands at. */
function outcome(corrected: readonly (number | null)[], patch: Patch<Gpu['ecc']> = {}) {
  const window = aWindow(corrected.length, 600, (frame) => ({
    gpus: [aFrameGpu({ ecc: { ...patch, volatileCorrected: corrected[frame] ?? null } })],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-ecc-correctable-rate');
}
/** A counter that was high before anybody looked, and rises by so many in an hour. */
const rising = (perHour: number, hours: number) =>
  Array.from({ length: hours * 6 + 1 }, (_, frame) => 5000 + (frame * perHour) / 6);

describe('gpu-ecc-correctable-rate', () => {
  it('is context, once the rate was high for two hours', () => {
    const { finding } = outcome(rising(120, 2));
    expect(finding).toMatchObject({ state: 'confirmed', severity: 'info', candidateActions: [] });
    expect(finding?.summary).toContain('120 memory errors within an hour');
  });

  it('holds from exactly its bound', () => {
    expect(outcome(rising(102, 2)).finding).toBeDefined();
    expect(outcome(rising(96, 2)).finding).toBeUndefined();
  });

  it('only suspects after one such hour', () => {
    expect(outcome(rising(120, 1)).finding?.state).toBe('suspected');
  });

  it('says nothing when only one of two hours had so many', () => {
    const first = Array.from({ length: 13 }, (_, frame) => 5000 + (frame <= 6 ? frame * 40 : 240));
    const second = Array.from({ length: 13 }, (_, frame) => 5000 + (frame <= 6 ? 0 : (frame - 6) * 40));
    expect(outcome(first).finding).toBeUndefined();
    expect(outcome(second).finding).toBeUndefined();
  });

  it('is low, and for somebody to know, when it repeats on three days', () => {
    const { finding } = outcome(rising(120, 37));
    expect(finding).toMatchObject({ severity: 'low', candidateActions: [{ type: 'notify-oncall' }] });
    expect(outcome(rising(120, 35)).finding?.severity).toBe('info');
  });

  it('does not take the total of an earlier time for a rate', () => {
    expect(outcome([90_000, 90_000, 90_000])).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('is not evaluated without the counter, or with ECC off', () => {
    expect(outcome([null, null]).notEvaluated).toBe('missing input: gpus.ecc.volatileCorrected');
    expect(outcome(rising(120, 2), { mode: false }).notEvaluated).toBe('ECC is switched off');
  });
});
