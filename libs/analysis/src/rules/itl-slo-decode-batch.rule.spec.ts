import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import {
  type Patch,
  aFrameEngine,
  aFrameGpu,
  aFrameHistogram,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

/** A thousand tokens a minute: so many within half the objective of 0.1 s, so many after it. */
function decoding(fast: number, late: number, engine: Patch<Engine> = { requestsRunning: 64 }) {
  return (frame: number): Patch<Engine> => {
    const count = 1000 * frame;
    const buckets = [count * fast, count * (1 - fast - late), count * late];
    return { ...engine, histograms: { interTokenLatency: aFrameHistogram([0.05, 0.1], buckets) } };
  };
}

function outcome(patch: (frame: number) => Patch<Engine>, count = 3, dramActiveRatio: number | null = null) {
  const window = aWindow(count, 60, (frame) => ({
    engines: [aFrameEngine(patch(frame))],
    gpus: [aFrameGpu({ profiling: { dramActiveRatio } })],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'itl-slo-decode-batch');
}

describe('itl-slo-decode-batch', () => {
  it('confirms tokens that are slow throughout in a large batch', () => {
    const { finding } = outcome(decoding(0.3, 0.2));
    expect(finding).toMatchObject({ severity: 'high', state: 'confirmed' });
    expect(finding?.summary).toBe(
      '20 % of the tokens came later than the objective and only 30 % within half of it, with 64 requests running.',
    );
  });

  it('leaves a slow tail behind a fast middle to another rule, from exactly half of the gaps', () => {
    expect(outcome(decoding(0.49, 0.2)).finding).toBeDefined();
    expect(outcome(decoding(0.5, 0.2)).finding).toBeUndefined();
  });

  it('needs a large batch or busy memory', () => {
    const few = { requestsRunning: 63 };
    expect(outcome(decoding(0.3, 0.2, few)).finding).toBeUndefined();
    expect(outcome(decoding(0.3, 0.2, { ...few, maxNumSeqs: 90 })).finding).toBeDefined();
    expect(outcome(decoding(0.3, 0.2, few), 3, 0.6).finding).toBeDefined();
    expect(outcome(decoding(0.3, 0.2, few), 3, 0.59).finding).toBeUndefined();
  });

  it('is no finding while requests are preempted, which stretches the gaps by itself', () => {
    const preempting = (frame: number): Patch<Engine> => ({
      ...decoding(0.3, 0.2)(frame),
      counters: { preemptions: frame },
    });
    expect(outcome(preempting).finding).toBeUndefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome(decoding(0.3, 0.2), 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without the gaps, the running requests or the preemptions', () => {
    expect(outcome(() => ({})).notEvaluated).toBe('missing input: engines.histograms.interTokenLatency');
    expect(outcome(() => ({ requestsRunning: null })).notEvaluated).toContain('engines.requestsRunning');
    expect(outcome(() => ({ counters: { preemptions: null } })).notEvaluated).toContain('engines.counters.preemptions');
  });
});
