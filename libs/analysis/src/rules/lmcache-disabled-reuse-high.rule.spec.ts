import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import {
  type Patch,
  aFrameEngine,
  aFrameHistogram,
  aFrameSystem,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const GIB = 1024 ** 3;

function processWith(flags: Readonly<Record<string, string>>): Engine['process'] {
  return {
    pid: 10,
    pids: [10],
    flags,
    cpuCores: null,
    treeCpuCores: null,
    residentBytes: null,
    cpusAllowed: null,
    cgroupPath: null,
  };
}

interface World {
  readonly hitShare?: number;
  readonly usage?: (frame: number) => number;
  readonly promptTokens?: number;
  readonly availableBytes?: number | null;
  readonly engine?: Patch<Engine>;
  readonly count?: number;
}

function outcome(world: World) {
  const { hitShare = 0.4, usage = () => 0.85, promptTokens = 500, availableBytes = 64 * GIB } = world;
  const window = aWindow(world.count ?? 32, 60, (frame) => ({
    engines: [
      aFrameEngine({
        kvCacheUsageRatio: usage(frame),
        counters: { prefixCacheQueries: frame * 1000, prefixCacheHits: frame * 1000 * hitShare },
        histograms: { promptTokens: aFrameHistogram([1000], [frame], frame * promptTokens) },
        process: processWith({}),
        ...world.engine,
      }),
    ],
    system: aFrameSystem({ memory: { availableBytes } }),
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'lmcache-disabled-reuse-high');
}

describe('lmcache-disabled-reuse-high', () => {
  it('confirms reuse that overflows the cache of the GPU', () => {
    const { finding } = outcome({});
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed' });
    expect(finding?.summary).toContain('finds 40 % of the tokens while the KV cache is up to 85 % used, and 64 GiB');
    expect(finding?.candidateActions[0]?.type).toBe('vllm-config:kv-transfer-config');
  });

  it('holds from exactly its bounds', () => {
    expect(outcome({ hitShare: 0.3 }).finding).toBeDefined();
    expect(outcome({ hitShare: 0.29 }).finding).toBeUndefined();
    expect(outcome({ availableBytes: 64 * GIB - 1 }).finding).toBeUndefined();
  });

  it('needs a cache that is often full, or long prompts', () => {
    const seldom = (frame: number) => (frame === 20 ? 0.9 : 0.6);
    expect(outcome({ usage: seldom }).finding).toBeUndefined();
    expect(outcome({ usage: seldom, promptTokens: 2000 }).finding).toBeDefined();
  });

  it('says nothing while nothing is evicted', () => {
    expect(outcome({ usage: () => 0.49, promptTokens: 5000 }).finding).toBeUndefined();
  });

  it('says nothing of an engine that has a connector', () => {
    const connected = processWith({ 'kv-transfer-config': '{"kv_connector":"LMCacheConnectorV1"}' });
    expect(outcome({ engine: { process: connected } }).finding).toBeUndefined();
  });

  it('is not evaluated with less history or without its inputs', () => {
    expect(outcome({ count: 20 }).notEvaluated).toBe('needs 1800 s of history');
    expect(outcome({ availableBytes: null }).notEvaluated).toBe('missing input: system.memory.availableBytes');
    expect(outcome({ engine: { kind: 'sglang' } }).notEvaluated).toContain('only vLLM');
  });
});
