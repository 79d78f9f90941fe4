import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const HEALTHY = { singleBit: 0, doubleBit: 0, pending: false };

function outcome(retiredPages: Patch<Gpu['retiredPages']>) {
  const window = aWindow(1, 60, () => ({ gpus: [aFrameGpu({ retiredPages: { ...HEALTHY, ...retiredPages } })] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-retired-pages');
}
const actionsOf = (retiredPages: Patch<Gpu['retiredPages']>) =>
  outcome(retiredPages).finding?.candidateActions.map(({ type }) => type);

describe('gpu-retired-pages', () => {
  it('is medium for pages that wait for a reset', () => {
    expect(outcome({ pending: true, doubleBit: 1 }).finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(actionsOf({ pending: true })).toEqual(['gpu-drain', 'gpu-reset']);
  });

  it('is medium close to the limit and high at it, over both causes', () => {
    expect(outcome({ singleBit: 30, doubleBit: 29 }).finding).toBeUndefined();
    expect(outcome({ singleBit: 30, doubleBit: 30 }).finding?.severity).toBe('medium');
    expect(outcome({ singleBit: 32, doubleBit: 30 }).finding?.severity).toBe('medium');
    expect(outcome({ singleBit: 33, doubleBit: 30 }).finding?.severity).toBe('high');
    expect(actionsOf({ singleBit: 63 })).toEqual(['open-rma-ticket']);
  });

  it('says nothing of a few retired pages', () => {
    expect(outcome({ singleBit: 5, doubleBit: 2 })).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('reports pending pages even when their number is not known', () => {
    expect(outcome({ pending: true, singleBit: null }).finding?.severity).toBe('medium');
  });

  it('is not evaluated where the GPU has no such pages', () => {
    expect(outcome({ singleBit: null, doubleBit: null, pending: null }).notEvaluated).toBe(
      'missing input: gpus.retiredPages.singleBit, gpus.retiredPages.doubleBit, gpus.retiredPages.pending',
    );
    expect(outcome({ pending: null }).notEvaluated).toBe('missing input: gpus.retiredPages.pending');
  });
});
