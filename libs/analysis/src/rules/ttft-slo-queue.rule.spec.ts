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

interface Minute {
  readonly requests?: number;
  readonly late?: number;
  readonly queueShare?: number;
}

/** An engine that gives so many first tokens a minute, three seconds each on average. */
function serving({ requests = 100, late = 0.2, queueShare = 0.6 }: Minute) {
  return (frame: number): Patch<Engine> => {
    const count = requests * frame;
    const ttft = aFrameHistogram([1, 2.5, 5], [0, count * (1 - late), count * late], count * 3);
    const queueTime = aFrameHistogram([0.3, 1, 5], [0, 0, count], count * 3 * queueShare);
    return { histograms: { ttft, queueTime } };
  };
}

function outcome(patch: (frame: number) => Patch<Engine>, count = 3, context = anAnalysisContext(), step = 60) {
  const window = aWindow(count, step, (frame) => ({ engines: [aFrameEngine(patch(frame))] }));
  return outcomeOf(new Analyzer().analyze(window, context), 'ttft-slo-queue');
}

describe('ttft-slo-queue', () => {
  it('confirms late first tokens that spend most of their time in the queue', () => {
    const { finding } = outcome(serving({}));
    expect(finding).toMatchObject({ severity: 'high', state: 'confirmed', confidence: 'high' });
    expect(finding?.summary).toBe(
      '20 % of the first tokens came later than the objective; 60 % of that time is spent in the queue.',
    );
  });

  it('holds from exactly half of the time in the queue', () => {
    expect(outcome(serving({ queueShare: 0.5 })).finding).toBeDefined();
    expect(outcome(serving({ queueShare: 0.49 })).finding).toBeUndefined();
  });

  it('is no breach when at most one in twenty is late', () => {
    expect(outcome(serving({ late: 0.05 }))).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('only suspects before its duration, of two windows over a minute', () => {
    expect(outcome(serving({}), 2).finding?.state).toBe('suspected');
    expect(outcome(serving({}), 4, anAnalysisContext(), 15).finding?.state).toBe('suspected');
    expect(outcome(serving({}), 5, anAnalysisContext(), 15).finding?.state).toBe('confirmed');
  });

  it('says nothing of fewer than twenty first tokens', () => {
    expect(outcome(serving({ requests: 5 }), 3).notEvaluated).toBe(
      'fewer than 20 observations of the time to first token',
    );
    expect(outcome(serving({ requests: 5 }), 6).finding).toBeDefined();
  });

  it('takes no queue from times that all lie in the first bucket', () => {
    const atOnce = (frame: number): Patch<Engine> => ({
      histograms: {
        ttft: aFrameHistogram([0.1, 0.5], [0, 0, 100 * frame], 40 * frame),
        queueTime: aFrameHistogram([0.3, 1], [100 * frame], 25 * frame),
      },
    });
    const strict = anAnalysisContext({ slo: { ttftP95Seconds: 0.1, itlP95Seconds: 0 } });
    expect(outcome(atOnce, 3, strict).finding).toBeUndefined();
  });

  it('trusts shares less when they are of other requests', () => {
    const lagging = (frame: number): Patch<Engine> => ({
      histograms: {
        ttft: aFrameHistogram([1, 2.5, 5], [0, 0, 100 * frame], 300 * frame),
        queueTime: aFrameHistogram([0.3, 1, 5], [0, 0, 50 * frame], 100 * frame),
      },
    });
    expect(outcome(lagging).finding).toMatchObject({ confidence: 'medium' });
  });

  it('is not evaluated without an objective or without its histograms', () => {
    const batch = anAnalysisContext({ slo: { ttftP95Seconds: 0, itlP95Seconds: 0 } });
    expect(outcome(serving({}), 3, batch).notEvaluated).toBe('no objective for the time to first token');
    expect(outcome(() => ({})).notEvaluated).toBe(
      'missing input: engines.histograms.ttft, engines.histograms.queueTime',
    );
    expect(outcome(serving({}), 1).notEvaluated).toContain('needs another sample');
  });

  it('lets a restarted engine settle', () => {
    const restarted = (frame: number): Patch<Engine> => ({
      ...serving({})(frame),
      counters: { generationTokens: frame === 0 ? 9000 : frame },
    });
    expect(outcome(restarted).finding).toBeUndefined();
  });
});
