import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(patch: Patch<Gpu>, count = 11) {
  const window = aWindow(count, 60, () => ({ gpus: [aFrameGpu(patch)] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'ecc-disabled-datacenter');
}

describe('ecc-disabled-datacenter', () => {
  it('confirms a data-centre GPU without error correction', () => {
    const { finding } = outcome({ ecc: { mode: false, pendingMode: false } });
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.candidateActions).toEqual([{ type: 'gpu-ecc-enable', parameters: {} }]);
  });

  it('is context when the next reset switches it on', () => {
    const { finding } = outcome({ ecc: { mode: false, pendingMode: true } });
    expect(finding).toMatchObject({ severity: 'info', candidateActions: [] });
  });

  it('does not hold with error correction, nor for a consumer card', () => {
    expect(outcome({})).toEqual({ finding: undefined, notEvaluated: undefined });
    const consumer = outcome({ name: 'NVIDIA GeForce RTX 4090', ecc: { mode: false } });
    expect(consumer.finding).toBeUndefined();
    expect(consumer.notEvaluated).toContain('not known to be a data-centre GPU');
  });

  it('only suspects before ten minutes', () => {
    expect(outcome({ ecc: { mode: false } }, 10).finding?.state).toBe('suspected');
  });

  it('is not evaluated where the GPU has no such mode', () => {
    expect(outcome({ ecc: { mode: null } }).notEvaluated).toContain('gpus.ecc.mode');
  });
});
