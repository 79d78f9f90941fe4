import { describe, expect, it } from '@jest/globals';
import type { Engine, Gpu, HistogramReading } from '@app/core';
import { type Patch, aFrameEngine, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const WARM: Patch<Gpu> = { clockEventReasons: ['sw-thermal-slowdown'], temperature: { gpuCelsius: 88 } };

function outcome(
  count: number,
  patch: (frame: number) => Patch<Gpu>,
  engine: (frame: number) => Patch<Engine> = () => ({}),
) {
  const window = aWindow(count, 60, (frame) => ({
    gpus: [aFrameGpu(patch(frame))],
    engines: [aFrameEngine(engine(frame))],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-thermal-sw-slowdown');
}
/** A GPU whose driver counter grows by a share of every interval, without the bit being seen. */
const throttled = (share: number) => (frame: number) => ({
  clockEventSeconds: { swThermalSlowdown: frame * 60 * share },
});
/** An engine of which every request is slower than its objective. */
const slow = (frame: number): Patch<Engine> => {
  const ttft: HistogramReading = {
    upperBounds: [2, Infinity],
    cumulativeCounts: [0, frame * 30],
    sum: frame * 90,
    count: frame * 30,
  };
  return { histograms: { ttft } };
};

describe('gpu-thermal-sw-slowdown', () => {
  it('confirms what lasts for five minutes, and only suspects it before', () => {
    expect(outcome(6, () => WARM).finding).toMatchObject({ state: 'confirmed', severity: 'medium' });
    expect(outcome(5, () => WARM).finding?.state).toBe('suspected');
  });

  it('says nothing of a GPU that is not slowed down', () => {
    expect(outcome(6, () => ({}))).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('sees slowdowns between the samples through the driver counter, from exactly its bound', () => {
    expect(outcome(6, throttled(0.2)).finding?.state).toBe('confirmed');
    expect(outcome(6, throttled(0.19)).finding).toBeUndefined();
  });

  it('is high when an objective is missed at a low clock, medium when it is missed at a fair one', () => {
    const at = (smMhz: number) => outcome(6, () => ({ ...WARM, clocks: { smMhz } }), slow).finding?.severity;
    expect(at(1500)).toBe('high');
    expect(at(1584)).toBe('medium');
  });

  it.each(['NVIDIA GeForce RTX 4090', 'NVIDIA L4', 'Tesla T4', 'NVIDIA A100-PCIE-40GB'])(
    'is low on a %s, which is made to run warm, unless an objective is missed',
    (name) => {
      expect(outcome(6, () => ({ ...WARM, name })).finding?.severity).toBe('low');
      expect(outcome(6, () => ({ ...WARM, name }), slow).finding?.severity).toBe('medium');
    },
  );

  it('leaves a slowdown by the hardware to its own rule', () => {
    const both: Patch<Gpu> = { ...WARM, clockEventReasons: ['sw-thermal-slowdown', 'hw-thermal-slowdown'] };
    expect(outcome(6, () => both).finding).toBeUndefined();
    expect(outcome(6, (frame) => (frame === 2 ? both : WARM)).finding).toBeDefined();
  });

  it('proposes one step less power, within what the GPU allows', () => {
    expect(outcome(6, () => WARM).finding?.candidateActions).toContainEqual({
      type: 'gpu-set-power-limit',
      parameters: { watts: 630 },
    });
    const unknown = outcome(6, () => ({ ...WARM, power: { minLimitWatts: null } })).finding;
    expect(unknown?.candidateActions.map(({ type }) => type)).toEqual(['notify-oncall', 'router-rebalance']);
  });

  it('is not evaluated when neither the reasons nor the counter can be read', () => {
    const patch: Patch<Gpu> = { clockEventReasons: null, clockEventSeconds: { swThermalSlowdown: null } };
    expect(outcome(3, () => patch).notEvaluated).toBe('missing input: gpus.clockEventReasons');
  });
});
