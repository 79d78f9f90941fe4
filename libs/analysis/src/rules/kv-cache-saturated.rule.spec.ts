import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import { type Patch, aFrameEngine, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const FULL: Patch<Engine> = { kvCacheUsageRatio: 0.97, requestsWaitingCapacity: 3 };

function outcome(patch: (frame: number) => Patch<Engine>, count = 3) {
  const window = aWindow(count, 60, (frame) => ({ engines: [aFrameEngine(patch(frame))] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'kv-cache-saturated');
}

describe('kv-cache-saturated', () => {
  it('confirms a full cache with requests waiting', () => {
    const { finding } = outcome(() => FULL);
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toBe('The KV cache is 97 % full while requests wait for capacity (3 now).');
  });

  it('is high when requests are preempted, and then proposes fewer sequences', () => {
    const { finding } = outcome((frame) => ({ ...FULL, counters: { preemptions: frame * 4 } }));
    expect(finding?.severity).toBe('high');
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ signal: 'derived.preemptionDelta', value: 8 }));
    expect(finding?.candidateActions.map(({ type }) => type)).toContain('vllm-config:max-num-seqs');
  });

  it('holds from exactly 90 %', () => {
    expect(outcome(() => ({ ...FULL, kvCacheUsageRatio: 0.9 })).finding).toBeDefined();
    expect(outcome(() => ({ ...FULL, kvCacheUsageRatio: 0.899 })).finding).toBeUndefined();
  });

  it('takes a full cache without pressure for good use', () => {
    expect(outcome(() => ({ kvCacheUsageRatio: 0.99 })).finding).toBeUndefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome(() => FULL, 2).finding?.state).toBe('suspected');
  });

  it('asks more of SGLang, which counts reusable blocks as used', () => {
    const sglang: Patch<Engine> = { kind: 'sglang', kvCacheUsageRatio: 0.96, requestsWaitingCapacity: 3 };
    expect(outcome(() => sglang).finding).toBeUndefined();
    const retracting = (frame: number) => ({ ...sglang, counters: { preemptions: frame } });
    expect(outcome(retracting, 4).finding?.state).toBe('confirmed');
  });

  it('is not evaluated without usage, queue or preemptions', () => {
    expect(outcome(() => ({ kvCacheUsageRatio: null })).notEvaluated).toContain('engines.kvCacheUsageRatio');
    const noQueue: Patch<Engine> = { kvCacheUsageRatio: 0.95, requestsWaiting: null, requestsWaitingCapacity: null };
    expect(outcome(() => noQueue).notEvaluated).toContain('engines.requestsWaiting');
    const noCounter: Patch<Engine> = { kvCacheUsageRatio: 0.95, counters: { preemptions: null } };
    expect(outcome(() => noCounter).notEvaluated).toContain('engines.counters.preemptions');
  });
});
