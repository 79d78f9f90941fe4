import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(temperature: Patch<Gpu['temperature']>, patch: Patch<Gpu> = {}, count = 3) {
  const window = aWindow(count, 60, () => ({ gpus: [aFrameGpu({ ...patch, temperature })] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-memory-temp-high');
}
const HOT = { memoryCelsius: 92, memoryMaxOperatingCelsius: 95 };

describe('gpu-memory-temp-high', () => {
  it('finds memory close to its own limit, from exactly its bound', () => {
    const { finding } = outcome({ ...HOT, memoryCelsius: 90 });
    expect(finding).toMatchObject({ state: 'confirmed', severity: 'medium' });
    expect(finding?.summary).toBe('The memory of the GPU is at 90 °C and may reach 95 °C.');
    expect(outcome({ ...HOT, memoryCelsius: 89 })).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it.each(['hw-thermal-slowdown', 'sw-thermal-slowdown'] as const)('is high with %s', (reason) => {
    expect(outcome(HOT, { clockEventReasons: [reason] }).finding?.severity).toBe('high');
  });

  it('only suspects before its duration', () => {
    expect(outcome(HOT, {}, 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated for memory without a sensor or a limit', () => {
    expect(outcome({ ...HOT, memoryCelsius: null }).notEvaluated).toBe('missing input: gpus.temperature.memoryCelsius');
    expect(outcome({ memoryCelsius: 92 }).notEvaluated).toBe(
      'missing input: gpus.temperature.memoryMaxOperatingCelsius',
    );
  });
});
