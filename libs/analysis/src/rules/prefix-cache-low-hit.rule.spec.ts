import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import {
  type Patch,
  aFrameCache,
  aFrameEngine,
  aFrameHistogram,
  aWindow,
  anAnalysisContext,
  frameTime,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

interface Traffic {
  readonly hitShare?: number;
  readonly perMinute?: number;
  readonly promptTokens?: number;
}

function serving({ hitShare = 0.1, perMinute = 20_000, promptTokens = 2000 }: Traffic = {}) {
  return (frame: number): Patch<Engine> => ({
    counters: { prefixCacheQueries: frame * perMinute, prefixCacheHits: frame * perMinute * hitShare },
    histograms: { promptTokens: aFrameHistogram([1000, 5000], [0, frame * 10], frame * 10 * promptTokens) },
  });
}

function outcome(patch: (frame: number) => Patch<Engine>, count = 11, chunkReuseRatio: number | null = null) {
  const window = aWindow(count, 60, (frame) => ({
    engines: [aFrameEngine(patch(frame))],
    caches: chunkReuseRatio === null ? [] : [aFrameCache({ chunkReuseRatio, engineId: null })],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'prefix-cache-low-hit');
}

describe('prefix-cache-low-hit', () => {
  it('notes few hits as context while nothing shows that prompts repeat', () => {
    const { finding } = outcome(serving());
    expect(finding).toMatchObject({ severity: 'info', confidence: 'low', state: 'confirmed', candidateActions: [] });
    expect(finding?.summary).toBe('The prefix cache found 10 % of 200000 tokens; the traffic may simply be unique.');
  });

  it('is low when LMCache has seen the chunks before or finds them itself', () => {
    expect(outcome(serving(), 11, 0.3).finding).toMatchObject({ severity: 'low', confidence: 'high' });
    expect(outcome(serving(), 11, 0.29).finding?.severity).toBe('info');
    const external = (frame: number): Patch<Engine> => ({
      ...serving()(frame),
      counters: {
        ...serving()(frame).counters,
        externalCacheQueries: frame * 1000,
        externalCacheHits: frame * 200,
      },
    });
    expect(outcome(external).finding?.severity).toBe('low');
  });

  it('is medium when first tokens are late for it', () => {
    const late = (frame: number): Patch<Engine> => ({
      ...serving()(frame),
      histograms: {
        ...serving()(frame).histograms,
        ttft: aFrameHistogram([1, 2.5], [0, 0, frame * 100], frame * 300),
        prefillTime: aFrameHistogram([0.3, 5], [0, frame * 100], frame * 250),
      },
    });
    expect(outcome(late, 11, 0.5).finding?.severity).toBe('medium');
  });

  it('says nothing from exactly a fifth, of short prompts, or of little traffic', () => {
    expect(outcome(serving({ hitShare: 0.2 })).finding).toBeUndefined();
    expect(outcome(serving({ hitShare: 0.19 })).finding).toBeDefined();
    expect(outcome(serving({ promptTokens: 999 })).finding).toBeUndefined();
    expect(outcome(serving({ promptTokens: 1000 })).finding).toBeDefined();
    expect(outcome(serving({ perMinute: 9999 })).finding).toBeUndefined();
    expect(outcome(serving({ perMinute: 10_000 })).finding).toBeDefined();
  });

  it('only suspects before ten minutes', () => {
    expect(outcome(serving({ perMinute: 50_000 }), 10).finding?.state).toBe('suspected');
  });

  it('gives caches half an hour after a start', () => {
    const started = (second: number) => (frame: number) => ({ ...serving()(frame), startedAt: frameTime(second) });
    expect(outcome(started(-1000)).notEvaluated).toContain('cold');
    expect(outcome(started(-1800)).finding).toBeDefined();
  });

  it('is not evaluated without its counters, without lookups or with caching off', () => {
    expect(outcome(() => ({ counters: { prefixCacheQueries: null } })).notEvaluated).toContain('prefixCacheQueries');
    expect(outcome(serving({ perMinute: 0 })).notEvaluated).toContain('nothing was looked up');
    expect(outcome(() => ({ config: { enable_prefix_caching: 'False' } })).notEvaluated).toContain('switched off');
  });
});
