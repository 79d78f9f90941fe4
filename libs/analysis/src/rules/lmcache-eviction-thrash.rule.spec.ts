import { describe, expect, it } from '@jest/globals';
import type { Cache } from '@app/core';
import { type Patch, aFrameCache, aFrameSystem, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

/** Inside the engine: 256 tokens are a chunk, so 100 chunks are stored and evicted a minute. */
function churning(frame: number, counters: Patch<Cache['counters']> = {}): Patch<Cache> {
  return {
    usageRatio: 0.95,
    counters: {
      lookupTokens: frame * 10_000,
      hitTokens: frame * 1000,
      storedTokens: frame * 25_600,
      evictions: frame * 100,
      evictionFailures: frame,
      ...counters,
    },
  };
}

/** A server of its own, with the life of every chunk recorded; `reused` of them in a hundred. */
function server(frame: number, reused: number, patch: Patch<Cache> = {}): Patch<Cache> {
  return {
    mode: 'mp',
    usageRatio: 0.8,
    counters: {
      lookupTokens: frame * 10_000,
      hitTokens: frame * 1000,
      storedTokens: null,
      storedChunks: frame * 1000,
      evictions: frame * 1000,
      evictionFailures: null,
    },
    histograms: {
      evictionToReuse: {
        upperBounds: [60, 300, null],
        cumulativeCounts: [0, frame * reused * 10, frame * 1000],
        sum: 0,
        count: frame * 1000,
      },
    },
    ...patch,
  };
}

function outcome(patch: (frame: number) => Patch<Cache>, minutes = 10, availableShare = 0.5) {
  const window = aWindow(minutes + 1, 60, (frame) => ({
    caches: [aFrameCache(patch(frame))],
    system: aFrameSystem({ memory: { totalBytes: 1000, availableBytes: availableShare * 1000 } }),
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'lmcache-eviction-thrash');
}

describe('lmcache-eviction-thrash', () => {
  it('confirms ten minutes of failing evictions in a full cache without hits', () => {
    const { finding } = outcome((frame) => churning(frame));
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toBe('LMCache is 95 % full and finds 10 % of the tokens looked up; 10 evictions failed.');
  });

  it('confirms a server whose evicted chunks are needed again', () => {
    const { finding } = outcome((frame) => server(frame, 30));
    expect(finding?.summary).toBe(
      'LMCache is 80 % full and finds 10 % of the tokens looked up; 30 % of the evicted chunks whose life it recorded were needed again.',
    );
  });

  it('holds from exactly a tenth of the recorded evictions', () => {
    expect(outcome((frame) => server(frame, 10)).finding).toBeDefined();
    expect(outcome((frame) => server(frame, 9)).finding).toBeUndefined();
  });

  it.each<[string, number, number, boolean]>([
    ['inside the engine', 0.9, 0.899, false],
    ['in a server, which keeps a fifth free', 0.78, 0.779, true],
  ])('calls it full from its bound on %s', (_, full, room, isServer) => {
    const at = (usageRatio: number) =>
      outcome((frame) => ({ ...(isServer ? server(frame, 30) : churning(frame)), usageRatio })).finding;
    expect(at(full)).toBeDefined();
    expect(at(room)).toBeUndefined();
  });

  it.each<[string, Patch<Cache['counters']>]>([
    ['hits', { hitTokens: 3000 }],
    ['few evictions', { evictions: 79 }],
    ['no sign that chunks are needed again', { evictionFailures: 0 }],
  ])('takes a full cache with %s for a normal one', (_, perMinute) => {
    const counters = (frame: number) =>
      Object.fromEntries(Object.entries(perMinute).map(([name, value]) => [name, Number(value) * frame]));
    expect(outcome((frame) => churning(frame, counters(frame)))).toEqual({});
  });

  it('only suspects before ten minutes', () => {
    expect(outcome((frame) => churning(frame), 9).finding?.state).toBe('suspected');
  });

  it('proposes a larger tier only where the host has memory to spare', () => {
    const types = (share: number) =>
      outcome((frame) => churning(frame), 10, share).finding?.candidateActions.map(({ type }) => type);
    expect(types(0.21)).toContain('lmcache-config:l1-size');
    expect(types(0.2)).toEqual(['lmcache-config:disk', 'lmcache-config:eviction-policy']);
  });

  it('does not count across a restart of the cache', () => {
    expect(outcome((frame) => churning(frame === 10 ? 0 : frame)).finding?.state).toBe('suspected');
    const evidence = outcome((frame) => churning(frame < 8 ? frame : frame - 8)).finding?.evidence;
    expect(evidence).toContainEqual(expect.objectContaining({ signal: 'derived.cacheEvictions', value: 200 }));
  });

  it.each<[string, Patch<Cache>]>([
    ['caches.usageRatio', { usageRatio: null }],
    ['caches.counters.evictions', { counters: { evictions: null } }],
    ['caches.counters.lookupTokens', { counters: { lookupTokens: null } }],
    ['caches.counters.storedChunks', { counters: { storedTokens: null } }],
    ['caches.counters.evictionFailures', { counters: { evictionFailures: null } }],
  ])('is not evaluated without %s', (signal, patch) => {
    expect(outcome(() => ({ usageRatio: 0.95, ...patch })).notEvaluated).toContain(signal);
  });
});
