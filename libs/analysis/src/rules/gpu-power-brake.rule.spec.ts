import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(count: number, patch: (frame: number) => Patch<Gpu>, others: readonly Gpu[] = []) {
  const window = aWindow(count, 60, (frame) => ({ gpus: [aFrameGpu(patch(frame)), ...others] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-power-brake');
}
const BRAKED: Patch<Gpu> = { clockEventReasons: ['hw-slowdown', 'hw-power-brake-slowdown'] };
const throttled = (share: number) => (frame: number) => ({
  clockEventSeconds: { hwPowerBrakeSlowdown: 7 + frame * 60 * share },
});

describe('gpu-power-brake', () => {
  it('is critical on a busy GPU, and not called heat', () => {
    const { finding } = outcome(3, () => BRAKED);
    expect(finding).toMatchObject({ state: 'confirmed', severity: 'critical' });
    expect(finding?.summary).toContain('not heat');
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual([
      'notify-oncall',
      'router-remove-backend',
      'gpu-set-power-limit',
    ]);
  });

  it('is high on an idle GPU, and where nobody knows whether it is busy', () => {
    expect(outcome(3, () => ({ ...BRAKED, utilization: { gpuRatio: 0.1 } })).finding?.severity).toBe('high');
    expect(outcome(3, () => ({ ...BRAKED, utilization: { gpuRatio: null } })).finding?.severity).toBe('high');
  });

  it('does not take the generic slowdown bit for a power brake', () => {
    expect(outcome(3, () => ({ clockEventReasons: ['hw-slowdown'] }))).toEqual({
      finding: undefined,
      notEvaluated: undefined,
    });
  });

  it('sees a brake between the samples through the driver counter, from exactly its bound', () => {
    expect(outcome(3, throttled(0.05)).finding?.state).toBe('confirmed');
    expect(outcome(3, throttled(0.049)).finding).toBeUndefined();
  });

  it('tells how many GPUs of the chassis are braked', () => {
    const other = aFrameGpu({ ...BRAKED, index: 1, uuid: 'GPU-2', pciBusId: '00000000:AF:00.0' });
    expect(outcome(3, () => BRAKED, [other]).finding?.evidence).toContainEqual(
      expect.objectContaining({ signal: 'derived.gpusUnderPowerBrake', value: 2 }),
    );
  });

  it('only suspects before its duration', () => {
    expect(outcome(2, () => BRAKED).finding?.state).toBe('suspected');
  });

  it('is not evaluated when neither the reasons nor the counter can be read', () => {
    const patch: Patch<Gpu> = { clockEventReasons: null, clockEventSeconds: { hwPowerBrakeSlowdown: null } };
    expect(outcome(3, () => patch).notEvaluated).toBe('missing input: gpus.clockEventReasons');
  });
});
