import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const STILL: Patch<Gpu> = { fanRatio: 0 };

function outcome(celsius: (frame: number) => number | null, patch: Patch<Gpu> = STILL, count = 4) {
  const window = aWindow(count, 60, (frame) => {
    const gpuCelsius = celsius(frame);
    const marginCelsius = gpuCelsius === null ? 10 : 87 - gpuCelsius;
    return { gpus: [aFrameGpu({ ...patch, temperature: { gpuCelsius, marginCelsius } })] };
  });
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-fan-failure');
}
const rising = (frame: number) => 70 + frame * 2;

describe('gpu-fan-failure', () => {
  it('finds a fan that stands still while a busy GPU gets hotter', () => {
    const { finding } = outcome(rising);
    expect(finding).toMatchObject({ state: 'confirmed', severity: 'high' });
    expect(finding?.summary).toBe('The fan stands still (0 %) while the busy GPU got hotter by 6 °C, to 76 °C.');
  });

  it('needs a rise of exactly its bound, and heat that is close to the limit', () => {
    expect(outcome((frame) => (frame === 3 ? 75 : 70)).finding).toBeDefined();
    expect(outcome((frame) => (frame === 3 ? 74 : 70)).finding).toBeUndefined();
    expect(outcome((frame) => 66 + frame * 2).finding?.evidence).toContainEqual(
      expect.objectContaining({ signal: 'gpus.temperature.marginCelsius', value: 15, threshold: 15 }),
    );
    expect(outcome((frame) => 65 + frame * 2).finding).toBeUndefined();
  });

  it('says nothing of a fan that turns, of an idle GPU, or of one that is cool enough to stop its fan', () => {
    expect(outcome(rising, { fanRatio: 0.01 })).toEqual({ finding: undefined, notEvaluated: undefined });
    expect(outcome(rising, { ...STILL, utilization: { gpuRatio: 0.1 } }).finding).toBeUndefined();
    expect(outcome((frame) => 50 + frame * 3).finding).toBeUndefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome((frame) => 70 + frame * 6, STILL, 2).finding?.state).toBe('suspected');
  });

  it.each([
    ['gpus.fanRatio', { fanRatio: null }],
    ['gpus.utilization.gpuRatio', { ...STILL, utilization: { gpuRatio: null } }],
  ] satisfies [string, Patch<Gpu>][])('is not evaluated without %s', (signal, patch) => {
    expect(outcome(rising, patch).notEvaluated).toBe(`missing input: ${signal}`);
  });

  it('is not evaluated without a temperature', () => {
    expect(outcome(() => null).notEvaluated).toBe('missing input: gpus.temperature.gpuCelsius');
  });
});
