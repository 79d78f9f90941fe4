import { describe, expect, it } from '@jest/globals';
import type { Cache } from '@app/core';
import {
  FRAME_CACHE_ID,
  type Patch,
  aFrameCache,
  aFrameEngine,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const HEALTHY: Patch<Cache> = { healthy: true };
const ILL: Patch<Cache> = { healthy: false, hitRatio: 0 };

function outcome(patches: readonly Patch<Cache>[], externalCacheHitRatio: number | null = null) {
  const window = aWindow(patches.length, 15, (frame) => ({
    caches: [aFrameCache(patches[frame])],
    engines: [aFrameEngine({ externalCacheHitRatio })],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'lmcache-unhealthy');
}

describe('lmcache-unhealthy', () => {
  it('confirms a cache that is unhealthy at two samples', () => {
    const { finding } = outcome([ILL, ILL]);
    expect(finding).toMatchObject({
      severity: 'medium',
      state: 'confirmed',
      subject: { kind: 'cache', id: FRAME_CACHE_ID },
    });
    expect(finding?.summary).toBe('LMCache reports that it is unhealthy: lookups find nothing and nothing is stored.');
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual(['lmcache-health-check', 'notify-oncall']);
  });

  it('waits for a second sample', () => {
    expect(outcome([ILL]).notEvaluated).toContain('needs another');
    expect(outcome([HEALTHY, HEALTHY, ILL]).notEvaluated).toContain('needs another');
    expect(outcome([HEALTHY, ILL, HEALTHY])).toEqual({});
  });

  it.each([
    [0.1, 'high'],
    [0.09, 'medium'],
  ])('weighs the loss by what the cache gave before: %d is %s', (hitRatio, severity) => {
    expect(outcome([{ hitRatio }, ILL, ILL]).finding?.severity).toBe(severity);
    expect(outcome([{ hitRatio: null }, ILL, ILL], hitRatio).finding?.severity).toBe(severity);
  });

  it('finds a remote tier that does not answer, and proposes to bypass it', () => {
    const lost: Patch<Cache> = { remotePingErrorCode: -1 };
    const { finding } = outcome([lost, lost]);
    expect(finding?.summary).toBe('LMCache can not reach its remote tier (ping error -1).');
    expect(finding?.candidateActions).toContainEqual({
      type: 'lmcache-bypass-add',
      parameters: { backendName: 'RemoteBackend' },
    });
    expect(
      outcome([
        { ...lost, mode: 'mp' },
        { ...lost, mode: 'mp' },
      ]).finding?.candidateActions.map(({ type }) => type),
    ).not.toContain('lmcache-bypass-add');
  });

  it('says nothing of a healthy cache whose remote tier answers', () => {
    expect(outcome([{ remotePingErrorCode: 0 }, { remotePingErrorCode: 0 }])).toEqual({});
  });

  it('ends when the cache is healthy again', () => {
    expect(outcome([ILL, ILL, HEALTHY])).toEqual({});
  });

  it('is not evaluated when health is not told', () => {
    expect(outcome([{ healthy: null }, { healthy: null }]).notEvaluated).toContain('caches.healthy');
  });
});
