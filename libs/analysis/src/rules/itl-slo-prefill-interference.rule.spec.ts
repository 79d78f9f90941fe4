import { describe, expect, it } from '@jest/globals';
import type { Engine, System } from '@app/core';
import {
  type Patch,
  aFrameEngine,
  aFrameGpu,
  aFrameHistogram,
  aFrameSystem,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

/** A thousand tokens a minute with a slow tail, in a hundred steps of which some are large. */
function decoding(fast: number, largeSteps: number | null) {
  return (frame: number): Patch<Engine> => {
    const count = 1000 * frame;
    const steps = 100 * frame;
    return {
      histograms: {
        interTokenLatency: aFrameHistogram([0.05, 0.1], [count * fast, count * (0.8 - fast), count * 0.2]),
        iterationTokens:
          largeSteps === null
            ? null
            : aFrameHistogram([1024, 2048, 4096], [0, steps * (1 - largeSteps), steps * largeSteps]),
      },
    };
  };
}

function outcome(patch: (frame: number) => Patch<Engine>, count = 3, system: Patch<System> = {}, utilization = 0.9) {
  const window = aWindow(count, 60, (frame) => ({
    engines: [aFrameEngine(patch(frame))],
    gpus: [aFrameGpu({ utilization: { gpuRatio: utilization } })],
    system: aFrameSystem(system),
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'itl-slo-prefill-interference');
}

describe('itl-slo-prefill-interference', () => {
  it('confirms a fast middle with a slow tail and large steps', () => {
    const { finding } = outcome(decoding(0.7, 0.2));
    expect(finding).toMatchObject({ severity: 'high', state: 'confirmed', confidence: 'high' });
    expect(finding?.summary).toContain('20 % of the steps carried more than 2048 tokens');
    expect(finding?.candidateActions).toContainEqual({
      type: 'vllm-config:max-num-batched-tokens',
      parameters: { direction: 'lower' },
    });
  });

  it('holds from exactly half of the gaps and a tenth of the steps', () => {
    expect(outcome(decoding(0.5, 0.1)).finding).toBeDefined();
    expect(outcome(decoding(0.49, 0.1)).finding).toBeUndefined();
    expect(outcome(decoding(0.5, 0.09)).finding).toBeUndefined();
  });

  it('judges by the tail with low confidence where steps are not counted', () => {
    const tail = (p99Seconds: number) => (frame: number) => ({
      ...decoding(0.7, null)(frame),
      interTokenLatency: { p50Seconds: 0.04, p99Seconds },
    });
    expect(outcome(tail(0.12)).finding).toMatchObject({ severity: 'medium', confidence: 'low' });
    expect(outcome(tail(0.11)).finding).toBeUndefined();
    expect(outcome(decoding(0.7, null)).notEvaluated).toContain('engines.histograms.iterationTokens');
  });

  it('is no finding while the CPU is short or requests are preempted', () => {
    expect(outcome(decoding(0.7, 0.2), 3, { pressure: { cpuSomeAvg60: 30 } }, 0.3).finding).toBeUndefined();
    const preempting = (frame: number) => ({ ...decoding(0.7, 0.2)(frame), counters: { preemptions: frame } });
    expect(outcome(preempting).finding).toBeUndefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome(decoding(0.7, 0.2), 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without the gaps', () => {
    expect(outcome(() => ({})).notEvaluated).toBe('missing input: engines.histograms.interTokenLatency');
  });
});
