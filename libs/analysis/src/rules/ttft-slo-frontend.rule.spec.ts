import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import {
  type Patch,
  aFrameEngine,
  aFrameHistogram,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

interface Shares {
  readonly queue?: number;
  readonly prefill?: number;
  readonly late?: number;
  readonly slow?: number;
  readonly finished?: number;
}

/** A hundred first tokens a minute: some later than the objective, some later than half of it. */
function serving({ queue = 0.2, prefill = 0.4, late = 0.2, slow = 0.2, finished = 1 }: Shares) {
  return (frame: number): Patch<Engine> => {
    const count = 100 * frame;
    const buckets = [0, count * (1 - late - slow), count * slow, count * late];
    return {
      histograms: {
        ttft: aFrameHistogram([0.5, 1, 2.5, 5], buckets, count * 3),
        queueTime: aFrameHistogram([0.3, 1, 5], [0, 0, count * finished], count * finished * 3 * queue),
        prefillTime: aFrameHistogram([0.3, 1, 5], [0, 0, count * finished], count * finished * 3 * prefill),
      },
    };
  };
}

function outcome(patch: (frame: number) => Patch<Engine>, count = 4) {
  const window = aWindow(count, 60, (frame) => ({ engines: [aFrameEngine(patch(frame))] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'ttft-slo-frontend');
}

describe('ttft-slo-frontend', () => {
  it('confirms three windows with much time before the queue', () => {
    const { finding } = outcome(serving({}));
    expect(finding).toMatchObject({ severity: 'high', state: 'confirmed' });
    expect(finding?.summary).toContain('40 % of the time to first token is spent before');
    expect(outcome(serving({}), 3).finding?.state).toBe('suspected');
  });

  it('holds from exactly three tenths of the time', () => {
    expect(outcome(serving({ queue: 0.5, prefill: 0.2 })).finding).toBeDefined();
    expect(outcome(serving({ queue: 0.5, prefill: 0.21 })).finding).toBeUndefined();
  });

  it('is medium when first tokens only come close to the objective', () => {
    expect(outcome(serving({ late: 0, slow: 0.2 })).finding).toMatchObject({ severity: 'medium' });
    expect(outcome(serving({ late: 0, slow: 0.05 })).finding).toBeUndefined();
  });

  it('calls no remainder of different requests a front end', () => {
    expect(outcome(serving({ finished: 0.8 })).notEvaluated).toContain('not of the same requests');
    expect(outcome(serving({ finished: 0.9 })).finding).toBeDefined();
  });

  it('is not evaluated without the parts', () => {
    expect(outcome(() => ({})).notEvaluated).toContain('engines.histograms.prefillTime');
  });
});
