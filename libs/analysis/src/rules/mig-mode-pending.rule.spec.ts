import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(mig: Patch<Gpu['mig']>, count = 11) {
  const window = aWindow(count, 60, () => ({ gpus: [aFrameGpu({ mig })] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'mig-mode-pending');
}

describe('mig-mode-pending', () => {
  it('confirms a mode that waits for a reset', () => {
    const { finding } = outcome({ mode: false, pendingMode: true });
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed' });
    expect(finding?.summary).toContain('switched on');
    expect(outcome({ mode: true, pendingMode: false }).finding?.summary).toContain('switched off');
  });

  it('does not hold when both are the same', () => {
    expect(outcome({ mode: true, pendingMode: true })).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('only suspects before ten minutes', () => {
    expect(outcome({ pendingMode: true }, 10).finding?.state).toBe('suspected');
  });

  it('is not evaluated without either mode', () => {
    expect(outcome({ mode: null }).notEvaluated).toContain('gpus.mig.mode');
    expect(outcome({ pendingMode: null }).notEvaluated).toContain('gpus.mig.pendingMode');
  });
});
