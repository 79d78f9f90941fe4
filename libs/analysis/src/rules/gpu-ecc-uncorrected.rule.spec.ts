import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(...frames: Patch<Gpu['ecc']>[]) {
  const window = aWindow(frames.length, 60, (frame) => ({ gpus: [aFrameGpu({ ecc: frames[frame] })] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-ecc-uncorrected');
}

describe('gpu-ecc-uncorrected', () => {
  it('is critical as soon as the count grows while it is watched', () => {
    const { finding } = outcome({ volatileUncorrected: 0 }, { volatileUncorrected: 2 });
    expect(finding).toMatchObject({ severity: 'critical', state: 'confirmed' });
    expect(finding?.evidence[0]).toMatchObject({ signal: 'derived.eccUncorrectedDelta', value: 2, windowSeconds: 60 });
  });

  it('is high for errors that were there at first sight and do not grow', () => {
    expect(outcome({ volatileUncorrected: 3 }).finding?.severity).toBe('high');
    expect(outcome({ volatileUncorrected: 3 }, { volatileUncorrected: 3 }).finding?.severity).toBe('high');
  });

  it('asks for a replacement of a GPU that is broken for good', () => {
    const { finding } = outcome({ volatileUncorrected: 3, sramThresholdExceeded: true });
    expect(finding?.candidateActions.map(({ type }) => type)).toContain('open-rma-ticket');
  });

  it('is context when only earlier lives of the GPU had errors', () => {
    expect(outcome({ aggregateUncorrected: 4 }).finding).toMatchObject({ severity: 'info', candidateActions: [] });
  });

  it('says nothing at zero errors, and nothing of corrected ones', () => {
    expect(outcome({ volatileUncorrected: 0, volatileCorrected: 9000 }).finding).toBeUndefined();
  });

  it('ends with the reset that clears the counter', () => {
    expect(outcome({ volatileUncorrected: 3 }, { volatileUncorrected: 0 }).finding).toBeUndefined();
  });

  it('does not count a fallen counter as new errors', () => {
    expect(outcome({ volatileUncorrected: 9 }, { volatileUncorrected: 2 }).finding?.severity).toBe('high');
  });

  it('is not evaluated without the counter or with ECC off', () => {
    expect(outcome({ volatileUncorrected: null }).notEvaluated).toBe('missing input: gpus.ecc.volatileUncorrected');
    expect(outcome({ mode: false }).notEvaluated).toBe('ECC is switched off');
  });
});
