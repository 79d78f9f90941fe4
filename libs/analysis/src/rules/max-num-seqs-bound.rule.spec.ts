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

const AT_CAP: Patch<Engine> = { requestsRunning: 256, requestsWaitingCapacity: 12 };

function outcome(patch: (frame: number) => Patch<Engine>, count = 3) {
  const window = aWindow(count, 60, (frame) => ({ engines: [aFrameEngine({ ...AT_CAP, ...patch(frame) })] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'max-num-seqs-bound');
}

describe('max-num-seqs-bound', () => {
  it('confirms a cap that holds requests back, and raises it as far as the cache allows', () => {
    const { finding } = outcome(() => ({ kvCacheUsageRatio: 0.5 }));
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed', confidence: 'high' });
    expect(finding?.candidateActions).toEqual([
      { type: 'vllm-config:max-num-seqs', parameters: { value: 435, direction: 'raise' } },
    ]);
  });

  it('holds from exactly 98 % of the cap', () => {
    expect(outcome(() => ({ maxNumSeqs: 100, requestsRunning: 98 })).finding).toBeDefined();
    expect(outcome(() => ({ maxNumSeqs: 100, requestsRunning: 97 })).finding).toBeUndefined();
  });

  it('needs room in the cache, requests waiting and no preemption', () => {
    expect(outcome(() => ({ kvCacheUsageRatio: 0.7 })).finding).toBeUndefined();
    expect(outcome(() => ({ requestsWaitingCapacity: 0 })).finding).toBeUndefined();
    expect(outcome((frame) => ({ counters: { preemptions: frame } })).finding).toBeUndefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome(() => ({}), 2).finding?.state).toBe('suspected');
  });

  it('says nothing when tokens are already too slow, since more sequences would make it worse', () => {
    const slow = (frame: number): Patch<Engine> => ({
      histograms: {
        interTokenLatency: {
          upperBounds: [0.05, 0.1, null],
          cumulativeCounts: [0, 0, frame * 100],
          sum: null,
          count: frame * 100,
        },
      },
    });
    expect(outcome(slow).finding).toBeUndefined();
  });

  it('proposes no raise without latency to spare, and SGLang its own setting', () => {
    const near = (frame: number): Patch<Engine> => ({
      histograms: { interTokenLatency: aFrameHistogram([0.05, 0.08, 0.1], [0, frame * 90, frame * 10]) },
    });
    expect(outcome(near).finding).toMatchObject({ candidateActions: [] });
    const [action] = outcome(() => ({ kind: 'sglang' })).finding?.candidateActions ?? [];
    expect(action?.type).toBe('sglang-config:max-running-requests');
  });

  it('guesses an unknown cap from a round number that never changes, with low confidence', () => {
    expect(outcome(() => ({ maxNumSeqs: null })).finding).toMatchObject({ confidence: 'low', candidateActions: [] });
  });

  it('is not evaluated without the cap when nothing looks like one, nor without its other inputs', () => {
    const odd = { maxNumSeqs: null, requestsRunning: 77 };
    expect(outcome(() => odd).notEvaluated).toBe('missing input: engines.maxNumSeqs');
    expect(outcome(() => ({ kvCacheUsageRatio: null })).notEvaluated).toContain('engines.kvCacheUsageRatio');
    expect(outcome(() => ({ counters: { preemptions: null } })).notEvaluated).toContain('engines.counters.preemptions');
  });
});
