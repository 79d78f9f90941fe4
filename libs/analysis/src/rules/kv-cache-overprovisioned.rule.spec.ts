import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import { type Patch, aFrameEngine, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

interface Traffic {
  readonly hitShare?: number;
  readonly tokens?: number;
  readonly preemptions?: number;
}

function counters(frame: number, { hitShare = 0.1, tokens = 5000, preemptions = 0 }: Traffic = {}) {
  return {
    generationTokens: frame * tokens,
    prefixCacheQueries: frame * 9000,
    prefixCacheHits: frame * 9000 * hitShare,
    preemptions: frame * preemptions,
  };
}

/** More than six hours, sampled every ten minutes. */
function outcome(patch: (frame: number) => Patch<Engine>, count = 40) {
  const window = aWindow(count, 600, (frame) => ({
    engines: [aFrameEngine({ kvCacheUsageRatio: 0.15, counters: counters(frame), ...patch(frame) })],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'kv-cache-overprovisioned');
}

describe('kv-cache-overprovisioned', () => {
  it('confirms after six hours that most of the cache was never needed', () => {
    const { finding } = outcome((frame) => ({ kvCacheUsageRatio: frame === 7 ? 0.18 : 0.1 }));
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed' });
    expect(finding?.summary).toContain('At most 18 % of the KV cache');
    expect(finding?.candidateActions).toEqual([
      { type: 'vllm-config:gpu-memory-utilization', parameters: { direction: 'lower' } },
    ]);
  });

  it('holds up to exactly a fifth', () => {
    expect(outcome(() => ({ kvCacheUsageRatio: 0.2 })).finding?.state).toBe('confirmed');
    expect(outcome(() => ({ kvCacheUsageRatio: 0.21 })).finding).toBeUndefined();
  });

  it('counts free blocks that serve as prefix cache as used', () => {
    expect(outcome((frame) => ({ counters: counters(frame, { hitShare: 0.3 }) })).finding).toBeUndefined();
    expect(outcome((frame) => ({ counters: counters(frame, { hitShare: 0.29 }) })).finding).toBeDefined();
  });

  it('says nothing without traffic, with a queue or with preemptions', () => {
    expect(outcome((frame) => ({ counters: counters(frame, { tokens: 0 }) })).finding).toBeUndefined();
    expect(outcome(() => ({ requestsWaiting: 1 })).finding).toBeUndefined();
    expect(outcome((frame) => ({ counters: counters(frame, { preemptions: 1 }) })).finding?.state).not.toBe(
      'confirmed',
    );
  });

  it('is not evaluated with less history or without its inputs', () => {
    expect(outcome(() => ({}), 20).notEvaluated).toBe('needs 21600 s of history');
    expect(outcome(() => ({ kvCacheUsageRatio: null })).notEvaluated).toContain('engines.kvCacheUsageRatio');
    expect(outcome(() => ({ counters: { prefixCacheQueries: null } })).notEvaluated).toContain(
      'engines.counters.prefixCacheQueries',
    );
  });
});
