import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const OFF: Patch<Gpu> = { persistenceMode: false };

function outcome(patch: (frame: number) => Patch<Gpu>, count = 11) {
  const window = aWindow(count, 60, (frame) => ({ gpus: [aFrameGpu(patch(frame))] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'persistence-mode-off');
}

describe('persistence-mode-off', () => {
  it('confirms a data-centre GPU without it after exactly ten minutes', () => {
    const { finding } = outcome(() => OFF);
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed' });
    expect(finding?.candidateActions).toEqual([{ type: 'gpu-persistence-on', parameters: {} }]);
    expect(outcome(() => OFF, 10).finding?.state).toBe('suspected');
  });

  it('is medium when the driver has lost its counters meanwhile', () => {
    const { finding } = outcome((frame) => ({ ...OFF, clockEventSeconds: { swPowerCap: frame === 0 ? 50 : 0 } }), 12);
    expect(finding?.severity).toBe('medium');
  });

  it('does not hold with persistence mode', () => {
    expect(outcome(() => ({}))).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it.each<[string, Patch<Gpu>]>([
    ['a consumer card', { name: 'NVIDIA GeForce RTX 3080' }],
    ['a virtual GPU', { name: 'GRID A100-10C', virtualizationMode: 'VGPU' }],
    ['an unknown product', { name: 'Prototype' }],
  ])('says nothing of %s', (_, patch) => {
    const { finding, notEvaluated } = outcome(() => ({ ...OFF, ...patch }));
    expect(finding).toBeUndefined();
    expect(notEvaluated).toBeDefined();
  });

  it('is not evaluated without the mode', () => {
    expect(outcome(() => ({ persistenceMode: null })).notEvaluated).toContain('gpus.persistenceMode');
  });
});
