import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(histogram: Patch<Gpu['remappedRows']['histogram']>, uncorrectable = 0) {
  const window = aWindow(1, 60, () => ({ gpus: [aFrameGpu({ remappedRows: { histogram, uncorrectable } })] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-row-remap-exhaustion');
}
const FULL = { maxBanks: 640, highBanks: 0, partialBanks: 0, lowBanks: 0, noneBanks: 0 };

describe('gpu-row-remap-exhaustion', () => {
  it('is high as soon as one bank has no spare row', () => {
    const { finding } = outcome({ ...FULL, noneBanks: 1 });
    expect(finding).toMatchObject({ severity: 'high', state: 'confirmed' });
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual(['open-rma-ticket', 'notify-oncall']);
  });

  it('is high from exactly as many remapped rows as DCGM allows', () => {
    expect(outcome(FULL, 512).finding).toMatchObject({ severity: 'high' });
    expect(outcome(FULL, 511).finding).toBeUndefined();
  });

  it.each(['partialBanks', 'lowBanks'] as const)('is context while banks are only short of spare rows (%s)', (name) => {
    expect(outcome({ ...FULL, [name]: 2 }).finding).toMatchObject({ severity: 'info', candidateActions: [] });
  });

  it('says nothing of banks with most of their spare rows', () => {
    expect(outcome({ ...FULL, maxBanks: 639, highBanks: 1 })).toEqual({
      finding: undefined,
      notEvaluated: undefined,
    });
  });

  it('is not evaluated without the histogram', () => {
    expect(outcome({}).notEvaluated).toBe('missing input: gpus.remappedRows.histogram.noneBanks');
  });
});
