import { describe, expect, it } from '@jest/globals';
import type { Cache, Engine, HistogramReading } from '@app/core';
import { type Patch, aFrameCache, aFrameEngine, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

/** `count` observations of the same value. */
function observed(count: number, value: number): HistogramReading {
  return { upperBounds: [null], cumulativeCounts: [count], sum: count * value, count };
}

/** 20 retrievals a minute, half of them from the remote tier. */
function reading(frame: number, patch: Patch<Cache> = {}): Patch<Cache> {
  return {
    ...patch,
    counters: { remoteReads: frame * 10, retrieveRequests: frame * 20, slowRetrievals: 0, ...patch.counters },
  };
}
const atSpeed = (tokensPerSecond: number) => (frame: number) =>
  reading(frame, { histograms: { retrieveSpeed: observed(frame * 20, tokensPerSecond) } });

/** Computes 8000 tokens in each second of prefill; what it finds in its own cache is not computed. */
function engineAt(frame: number, ttft?: HistogramReading): Patch<Engine> {
  return {
    counters: { promptTokens: frame * 100_000, prefixCacheQueries: frame * 100_000, prefixCacheHits: frame * 20_000 },
    histograms: { prefillTime: observed(frame * 20, 0.5), ...(ttft && { ttft }) },
  };
}

function outcome(cache: (frame: number) => Patch<Cache>, count = 3, ttft?: (frame: number) => HistogramReading) {
  const window = aWindow(count, 60, (frame) => ({
    caches: [aFrameCache(cache(frame))],
    engines: [aFrameEngine(engineAt(frame, ttft?.(frame)))],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'lmcache-remote-slow');
}

describe('lmcache-remote-slow', () => {
  it('confirms loading that is slower than computing', () => {
    const { finding } = outcome(atSpeed(2000));
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed', confidence: 'high' });
    expect(finding?.summary).toBe(
      'LMCache loads 2000 tokens/s, slower than the engine computes a prompt (8000 tokens/s).',
    );
    expect(finding?.candidateActions[0]).toEqual({
      type: 'lmcache-bypass-add',
      parameters: { backendName: 'RemoteBackend' },
    });
  });

  it('says nothing from exactly the speed of computing on', () => {
    expect(outcome(atSpeed(8000))).toEqual({});
    expect(outcome(atSpeed(7999)).finding).toBeDefined();
  });

  it('is high while first tokens are late', () => {
    const late = (frame: number): HistogramReading => ({
      upperBounds: [2, null],
      cumulativeCounts: [0, frame * 30],
      sum: frame * 100,
      count: frame * 30,
    });
    expect(outcome(atSpeed(2000), 3, late).finding?.severity).toBe('high');
  });

  it('compares a read with computing a chunk where the speed of all is unknown', () => {
    const get = (seconds: number) => (frame: number) =>
      reading(frame, { histograms: { remoteGetTime: observed(frame * 10, seconds) } });
    expect(outcome(get(0.04)).finding?.summary).toBe(
      'A read from the remote tier takes 0.04 s, longer than computing the same chunk (0.032 s).',
    );
    expect(outcome(get(0.03))).toEqual({});
  });

  it.each([
    [3, true],
    [2.9, false],
  ])('counts %d slow retrievals a minute', (perMinute, isFound) => {
    const { finding } = outcome((frame) => reading(frame, { counters: { slowRetrievals: frame * perMinute } }));
    expect(finding !== undefined).toBe(isFound);
    if (isFound) expect(finding?.summary).toBe('LMCache counts 3 slow retrievals a minute.');
  });

  it('finds a ping ten times as slow as before', () => {
    const pings = (slow: number) => (frame: number) =>
      reading(frame, { remotePingErrorCode: 0, remoteLatencySeconds: frame < 2 ? 0.002 : slow });
    const { finding } = outcome(pings(0.02), 5);
    expect(finding).toMatchObject({ state: 'confirmed', confidence: 'medium' });
    expect(finding?.summary).toBe('The remote tier of LMCache answers a ping in 0.02 s, against 0.002 s before.');
    expect(outcome(pings(0.019), 5)).toEqual({});
  });

  it('says nothing when only the local tier is read, or little at all', () => {
    const local = (frame: number) => reading(frame, { counters: { remoteReads: 7, slowRetrievals: frame * 10 } });
    expect(outcome(local)).toEqual({});
    const few = (frame: number) =>
      reading(frame, { counters: { retrieveRequests: frame * 9, slowRetrievals: frame * 5 } });
    expect(outcome(few)).toEqual({});
  });

  it('only suspects before its duration', () => {
    expect(outcome(atSpeed(2000), 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without remote reads, or without anything to tell how fast they were', () => {
    expect(outcome(() => ({ counters: { remoteReads: null } })).notEvaluated).toContain('caches.counters.remoteReads');
    const blind = (frame: number) => reading(frame, { counters: { slowRetrievals: null } });
    expect(outcome(blind).notEvaluated).toContain('caches.histograms.retrieveSpeed');
  });
});
