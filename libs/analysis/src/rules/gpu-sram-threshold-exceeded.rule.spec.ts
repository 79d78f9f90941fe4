import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(ecc: Patch<Gpu['ecc']>) {
  const window = aWindow(1, 60, () => ({ gpus: [aFrameGpu({ ecc })] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-sram-threshold-exceeded');
}

describe('gpu-sram-threshold-exceeded', () => {
  it("is high by one sample of NVIDIA's own verdict", () => {
    const { finding } = outcome({ sramThresholdExceeded: true, aggregateUncorrected: 7 });
    expect(finding).toMatchObject({ severity: 'high', state: 'confirmed' });
    expect(finding?.summary).toContain('it counts 7 uncorrected errors');
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual(['router-remove-backend', 'open-rma-ticket']);
  });

  it('says nothing when the threshold is not exceeded, whatever the counters are', () => {
    expect(outcome({ sramThresholdExceeded: false, aggregateUncorrected: 7 })).toEqual({
      finding: undefined,
      notEvaluated: undefined,
    });
  });

  it('is not evaluated where the driver gives no verdict', () => {
    expect(outcome({ sramThresholdExceeded: null }).notEvaluated).toBe('missing input: gpus.ecc.sramThresholdExceeded');
  });
});
