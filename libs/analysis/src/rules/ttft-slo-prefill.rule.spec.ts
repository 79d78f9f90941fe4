import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import {
  type Patch,
  aFrameCache,
  aFrameEngine,
  aFrameHistogram,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

/** A hundred requests a minute with first tokens after three seconds, of which so much is queue and prefill. */
function serving(queueShare: number, prefillShare: number, late = 0.2) {
  return (frame: number): Patch<Engine> => {
    const count = 100 * frame;
    return {
      histograms: {
        ttft: aFrameHistogram([1, 2.5, 5], [0, count * (1 - late), count * late], count * 3),
        queueTime: aFrameHistogram([0.3, 1, 5], [0, 0, count], count * 3 * queueShare),
        prefillTime: aFrameHistogram([0.3, 1, 5], [0, 0, count], count * 3 * prefillShare),
        promptTokens: aFrameHistogram([1000, 5000], [0, count], count * 4000),
      },
    };
  };
}

function outcome(patch: (frame: number) => Patch<Engine>, count = 3, hasCache = false) {
  const window = aWindow(count, 60, (frame) => ({
    engines: [aFrameEngine(patch(frame))],
    caches: hasCache ? [aFrameCache()] : [],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'ttft-slo-prefill');
}

describe('ttft-slo-prefill', () => {
  it('confirms late first tokens whose time goes into prompts', () => {
    const { finding } = outcome(serving(0.2, 0.7));
    expect(finding).toMatchObject({ severity: 'high', state: 'confirmed', confidence: 'high' });
    expect(finding?.evidence).toContainEqual(
      expect.objectContaining({ signal: 'derived.meanPromptTokens', value: 4000 }),
    );
  });

  it('holds from exactly half of the time', () => {
    expect(outcome(serving(0.2, 0.5)).finding).toBeDefined();
    expect(outcome(serving(0.2, 0.49)).finding).toBeUndefined();
  });

  it('leaves a queue that takes as long to the rule of the queue', () => {
    expect(outcome(serving(0.5, 0.5)).finding).toBeUndefined();
  });

  it('says nothing when first tokens come in time', () => {
    expect(outcome(serving(0.2, 0.7, 0.05)).finding).toBeUndefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome(serving(0.2, 0.7), 2).finding?.state).toBe('suspected');
  });

  it('proposes what the engine does not have yet', () => {
    const types = (patch: Patch<Engine>, hasCache = false) =>
      outcome((frame) => ({ ...serving(0.2, 0.7)(frame), ...patch }), 3, hasCache).finding?.candidateActions;
    expect(types({}, true)?.map(({ type }) => type)).toContain('lmcache-health-check');
    expect(types({})).toContainEqual({
      type: 'vllm-config:max-num-batched-tokens',
      parameters: { direction: 'raise' },
    });
  });

  it('is not evaluated where the engine does not time its prefill', () => {
    const sglang = (frame: number) => {
      const { ttft, queueTime } = serving(0.2, 0.7)(frame).histograms ?? {};
      return { kind: 'sglang', histograms: { ttft, queueTime } } as Patch<Engine>;
    };
    expect(outcome(sglang).notEvaluated).toBe('missing input: engines.histograms.prefillTime');
  });
});
