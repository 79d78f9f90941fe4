import { describe, expect, it } from '@jest/globals';
import type { Gpu, Snapshot } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const HOT: Patch<Gpu> = {
  clockEventReasons: ['hw-thermal-slowdown'],
  temperature: { gpuCelsius: 91, marginCelsius: -4 },
  clocks: { smMhz: 1485 },
};

function outcome(window: readonly Snapshot[]) {
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-thermal-hw-slowdown');
}
function gpus(count: number, patch: (frame: number) => Patch<Gpu>, stepSeconds = 60) {
  return aWindow(count, stepSeconds, (frame) => ({ gpus: [aFrameGpu(patch(frame))] }));
}
/** A GPU whose driver counter grows by a share of every interval, without the bit being seen. */
function throttled(share: number, count = 3) {
  return gpus(count, (frame) => ({ clockEventSeconds: { hwThermalSlowdown: 100 + frame * 60 * share } }));
}

describe('gpu-thermal-hw-slowdown', () => {
  it('confirms three samples over two minutes with temperature and clock as evidence', () => {
    const { finding } = outcome(gpus(3, () => HOT));

    expect(finding).toMatchObject({ state: 'confirmed', severity: 'high', confidence: 'high' });
    expect(finding?.summary).toBe(
      'The hardware thermal slowdown is active at 91 °C, and the SM clock runs at 75 % of its maximum.',
    );
    expect(finding?.evidence.map(({ signal }) => signal)).toContain('gpus.clockEventReasons');
  });

  it('stays silent on a cool busy GPU', () => {
    expect(outcome(gpus(3, () => ({})))).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('does not take the generic slowdown bit alone for heat', () => {
    expect(outcome(gpus(3, () => ({ clockEventReasons: ['hw-slowdown'] }))).finding).toBeUndefined();
  });

  it('leaves a power brake to its own rule', () => {
    const patch: Patch<Gpu> = { clockEventReasons: ['hw-thermal-slowdown', 'hw-power-brake-slowdown'] };
    expect(outcome(gpus(3, () => patch)).finding).toBeUndefined();
  });

  it('sees slowdowns between the samples through the driver counter, from exactly its bound', () => {
    expect(outcome(throttled(0.05)).finding).toMatchObject({ state: 'confirmed' });
    expect(outcome(throttled(0.049)).finding).toBeUndefined();
  });

  it('only suspects before three samples or before a minute', () => {
    expect(outcome(gpus(2, () => HOT)).finding?.state).toBe('suspected');
    expect(outcome(gpus(4, () => HOT, 15)).finding?.state).toBe('suspected');
    expect(outcome(gpus(5, () => HOT, 15)).finding?.state).toBe('confirmed');
  });

  it('is not evaluated when neither the reasons nor the counter can be read', () => {
    const patch: Patch<Gpu> = { clockEventReasons: null, clockEventSeconds: { hwThermalSlowdown: null } };
    expect(outcome(gpus(3, () => patch)).notEvaluated).toBe('missing input: gpus.clockEventReasons');
  });

  it('is critical when a busy GPU loses more than 40 % of its clock, and medium when it is not busy', () => {
    expect(outcome(gpus(3, () => ({ ...HOT, clocks: { smMhz: 990 } }))).finding?.severity).toBe('critical');
    expect(outcome(gpus(3, () => ({ ...HOT, utilization: { gpuRatio: 0.1 } }))).finding?.severity).toBe('medium');
  });
});
