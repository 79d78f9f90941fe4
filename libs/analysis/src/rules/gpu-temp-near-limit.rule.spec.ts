import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

type Temperature = Patch<Gpu['temperature']>;

function outcome(count: number, temperature: (frame: number) => Temperature, patch: Patch<Gpu> = {}) {
  const window = aWindow(count, 60, (frame) => ({ gpus: [aFrameGpu({ ...patch, temperature: temperature(frame) })] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-temp-near-limit');
}
const CLOSE: Temperature = { gpuCelsius: 84, marginCelsius: 3 };

describe('gpu-temp-near-limit', () => {
  it('finds a GPU by the margin that the driver gives, up to exactly its bound', () => {
    const { finding } = outcome(3, () => ({ marginCelsius: 5 }));
    expect(finding).toMatchObject({ state: 'confirmed', severity: 'medium' });
    expect(finding?.summary).toBe('The GPU is at 62 °C, 5 °C below the temperature at which it slows down.');
    expect(finding?.candidateActions[0]).toEqual({ type: 'notify-oncall', parameters: {} });
    expect(outcome(3, () => ({ marginCelsius: 6 })).finding).toBeUndefined();
  });

  it("takes the GPU's own slowdown threshold where there is no margin, and never a fixed temperature", () => {
    const at = (gpuCelsius: number) => outcome(3, () => ({ gpuCelsius, slowdownCelsius: 93, marginCelsius: null }));
    expect(at(88).finding?.evidence.map(({ signal }) => signal)).toContain('derived.slowdownMarginCelsius');
    expect(at(87)).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('does not trust a margin that is not above zero', () => {
    expect(outcome(3, () => ({ marginCelsius: 0 })).notEvaluated).toContain('not reliable');
  });

  it('is context once it is stable for half an hour and nothing slows the GPU down', () => {
    const idleClocks = outcome(31, () => CLOSE);
    expect(idleClocks.finding).toMatchObject({ severity: 'info', candidateActions: [] });
    expect(outcome(30, () => CLOSE).finding?.severity).toBe('medium');
    expect(outcome(31, () => CLOSE, { clockEventReasons: ['sw-power-cap'] }).finding?.severity).toBe('medium');
    const rising = outcome(31, (frame) => ({ marginCelsius: 3, gpuCelsius: 70 + frame / 2 }));
    expect(rising.finding?.severity).toBe('medium');
    expect(rising.finding?.evidence).toContainEqual(
      expect.objectContaining({ signal: 'derived.temperatureRisePerMinute', value: 0.5 }),
    );
  });

  it.each(['hw-thermal-slowdown', 'sw-thermal-slowdown'] as const)('leaves a GPU with %s to that finding', (reason) => {
    expect(outcome(3, () => CLOSE, { clockEventReasons: [reason] }).finding).toBeUndefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome(2, () => CLOSE).finding?.state).toBe('suspected');
  });

  it('is not evaluated without margin and threshold, or without the temperature to compare', () => {
    expect(outcome(3, () => ({ marginCelsius: null, slowdownCelsius: null })).notEvaluated).toBe(
      'missing input: gpus.temperature.marginCelsius, gpus.temperature.slowdownCelsius',
    );
    expect(outcome(3, () => ({ marginCelsius: null, gpuCelsius: null })).notEvaluated).toBe(
      'missing input: gpus.temperature.gpuCelsius',
    );
  });
});
