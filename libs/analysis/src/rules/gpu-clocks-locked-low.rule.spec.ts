import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const LOW: Patch<Gpu> = { clocks: { smMhz: 990 } };

function outcome(patch: (frame: number) => Patch<Gpu>, count = 3) {
  const window = aWindow(count, 60, (frame) => ({ gpus: [aFrameGpu(patch(frame))] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-clocks-locked-low');
}

describe('gpu-clocks-locked-low', () => {
  it('confirms a busy GPU whose clock stays at half of its maximum', () => {
    const { finding } = outcome(() => LOW);
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed', confidence: 'medium' });
    expect(finding?.summary).toContain('stays at 990 MHz, which is 50 % of its maximum');
    expect(finding?.candidateActions).toEqual([{ type: 'gpu-reset-clocks', parameters: {} }]);
  });

  it('is certain where the driver names the setting', () => {
    const { finding } = outcome(() => ({ ...LOW, clockEventReasons: ['applications-clocks-setting'] }));
    expect(finding?.confidence).toBe('high');
  });

  it('holds below exactly 85 % of the maximum', () => {
    expect(outcome(() => ({ clocks: { smMhz: 1683 } })).finding).toBeUndefined();
    expect(outcome(() => ({ clocks: { smMhz: 1682 } })).finding).toBeDefined();
  });

  it('takes a clock that moves for no lock', () => {
    expect(outcome((frame) => ({ clocks: { smMhz: 990 + frame * 60 } })).finding).toBeUndefined();
  });

  it.each<[string, Patch<Gpu>]>([
    ['an idle GPU', { utilization: { gpuRatio: 0.1 } }],
    ['heat', { clockEventReasons: ['sw-thermal-slowdown'] }],
    ['the power limit', { clockEventReasons: ['sw-power-cap'] }],
    ['a power brake', { clockEventReasons: ['hw-power-brake-slowdown'] }],
    ['the idle state', { clockEventReasons: ['gpu-idle'] }],
  ])('leaves a low clock to %s', (_, patch) => {
    expect(outcome(() => ({ ...LOW, ...patch }))).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('tells load by SM activity where utilization is not given', () => {
    const mig = (smActiveRatio: number | null): Patch<Gpu> => ({
      ...LOW,
      utilization: { gpuRatio: null },
      profiling: { smActiveRatio },
    });
    expect(outcome(() => mig(0.3)).finding).toBeDefined();
    expect(outcome(() => mig(0.29)).finding).toBeUndefined();
    expect(outcome(() => mig(null)).notEvaluated).toContain('gpus.utilization.gpuRatio');
  });

  it('only suspects before its duration', () => {
    expect(outcome(() => LOW, 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without clocks or reasons', () => {
    expect(outcome(() => ({ clocks: { maxSmMhz: null } })).notEvaluated).toContain('gpus.clocks.maxSmMhz');
    expect(outcome(() => ({ ...LOW, clockEventReasons: null })).notEvaluated).toContain('gpus.clockEventReasons');
  });
});
