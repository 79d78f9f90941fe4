import { describe, expect, it } from '@jest/globals';
import type { Cache } from '@app/core';
import { type Patch, aFrameCache, aFrameEngine, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

interface Prompts {
  readonly perMinute?: number;
  readonly meanTokens?: number;
  /** Share of prompts with up to 200 tokens. */
  readonly short?: number;
  readonly minutes?: number;
  readonly cache?: (frame: number) => Patch<Cache>;
}

function outcome({ perMinute = 10, meanTokens = 120, short = 0.9, minutes = 10, cache }: Prompts) {
  const window = aWindow(minutes + 1, 60, (frame) => {
    const count = frame * perMinute;
    const promptTokens = {
      upperBounds: [100, 200, 500, null],
      cumulativeCounts: [0, count * short, count, count],
      sum: count * meanTokens,
      count,
    };
    return {
      caches: [aFrameCache(cache?.(frame))],
      engines: [aFrameEngine({ histograms: { promptTokens } })],
    };
  });
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'lmcache-chunk-too-large');
}

describe('lmcache-chunk-too-large', () => {
  it('confirms prompts that are shorter than a chunk and leave nothing in the cache', () => {
    const { finding } = outcome({});
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed', category: 'configuration' });
    expect(finding?.summary).toBe('Prompts have 120 tokens on average, a chunk 256: nothing is stored.');
    expect(finding?.candidateActions).toEqual([{ type: 'lmcache-config:chunk-size', parameters: {} }]);
  });

  it.each([
    ['prompts as long as a chunk', { meanTokens: 256 }],
    ['a fifth of long prompts', { short: 0.8 }],
    ['few prompts', { perMinute: 1.9 }],
    ['chunks that are stored', { cache: (frame: number) => ({ counters: { storedTokens: frame } }) }],
  ])('says nothing of %s', (_, prompts: Prompts) => {
    expect(outcome(prompts)).toEqual({});
  });

  it('holds just inside its bounds', () => {
    expect(outcome({ meanTokens: 255, short: 0.81, perMinute: 2 }).finding?.state).toBe('confirmed');
  });

  it('only suspects before ten minutes', () => {
    expect(outcome({ minutes: 9 }).finding?.state).toBe('suspected');
  });

  it.each<[string, Patch<Cache>]>([
    ['caches.chunkSizeTokens', { chunkSizeTokens: null }],
    ['caches.counters.storedTokens', { counters: { storedTokens: null } }],
    ['engines.histograms.promptTokens', { engineId: 'http://127.0.0.1:9999' }],
    ['unhealthy cache', { healthy: false }],
  ])('is not evaluated without %s', (reason, patch) => {
    expect(outcome({ cache: () => patch }).notEvaluated).toContain(reason);
  });
});
