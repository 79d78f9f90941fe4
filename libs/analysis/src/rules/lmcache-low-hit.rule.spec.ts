import { describe, expect, it } from '@jest/globals';
import type { Cache, Engine } from '@app/core';
import {
  type Patch,
  aFrameCache,
  aFrameEngine,
  aWindow,
  anAnalysisContext,
  frameTime,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

interface Traffic {
  readonly lookups?: number;
  readonly hitShare?: number;
  readonly minutes?: number;
  readonly cache?: (frame: number) => Patch<Cache>;
  readonly engine?: (frame: number) => Patch<Engine>;
}

/** One frame per minute; lookups and hits are per minute. */
function outcome({ lookups = 10_000, hitShare = 0.05, minutes = 30, cache, engine }: Traffic) {
  const window = aWindow(minutes + 1, 60, (frame) => ({
    caches: [
      aFrameCache({
        counters: { lookupTokens: frame * lookups, hitTokens: frame * lookups * hitShare },
        ...cache?.(frame),
      }),
    ],
    engines: [aFrameEngine(engine?.(frame))],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'lmcache-low-hit');
}

describe('lmcache-low-hit', () => {
  it('confirms half an hour with few hits', () => {
    const { finding } = outcome({});
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed', confidence: 'high' });
    expect(finding?.summary).toBe('LMCache finds only 5 % of the tokens looked up (15000 of 300000).');
  });

  it('says nothing from exactly a tenth on', () => {
    expect(outcome({ hitShare: 0.1 })).toEqual({});
    expect(outcome({ hitShare: 0.099 }).finding).toBeDefined();
  });

  it('says nothing of few lookups', () => {
    expect(outcome({ lookups: 3333 }).finding).toBeUndefined();
    expect(outcome({ lookups: 3334 }).finding).toBeDefined();
  });

  it('needs half an hour of history', () => {
    expect(outcome({ minutes: 29 }).notEvaluated).toBe('needs 1800 s of history');
  });

  it('expects few hits where the engine itself finds much', () => {
    const engine = (frame: number) => ({
      counters: { prefixCacheQueries: frame * 1000, prefixCacheHits: frame * 500 },
    });
    const { finding } = outcome({ engine });
    expect(finding).toMatchObject({ severity: 'info', candidateActions: [] });
    expect(finding?.summary).toBe('LMCache finds 5 % of the tokens looked up, while the engine itself finds 50 %.');
  });

  it('proposes what fits: smaller chunks for short prompts, more room where chunks are evicted', () => {
    const engine = (frame: number): Patch<Engine> => ({
      histograms: {
        promptTokens: { upperBounds: [100, null], cumulativeCounts: [0, frame], sum: frame * 120, count: frame },
      },
    });
    const types = (traffic: Traffic) => outcome(traffic).finding?.candidateActions.map(({ type }) => type);
    expect(types({ engine })).toEqual(['lmcache-config:chunk-size']);
    const evicting = (frame: number): Patch<Cache> => ({
      counters: { lookupTokens: frame * 10_000, hitTokens: 0, evictions: frame },
    });
    expect(types({ cache: evicting })).toEqual(['lmcache-config:l1-size']);
  });

  it('leaves a cache alone that was empty a short time ago', () => {
    const engine = () => ({ startedAt: frameTime(300) });
    expect(outcome({ engine }).notEvaluated).toContain('since the cache was empty');
    const cache = (frame: number): Patch<Cache> => ({
      counters: { lookupTokens: (frame % 20) * 10_000, hitTokens: 0 },
    });
    expect(outcome({ cache }).notEvaluated).toContain('since the cache was empty');
  });

  it.each<[string, Patch<Cache>, string]>([
    ['an unhealthy cache', { healthy: false }, 'unhealthy cache'],
    ['a cache without lookups', { counters: { lookupTokens: 7, hitTokens: 0 } }, 'nothing was looked up'],
    ['a cache that does not count lookups', { counters: { lookupTokens: null } }, 'caches.counters.lookupTokens'],
    ['a cache that does not count hits', { counters: { hitTokens: null } }, 'caches.counters.hitTokens'],
  ])('does not judge %s', (_, patch, reason) => {
    expect(outcome({ cache: () => patch }).notEvaluated).toContain(reason);
  });
});
