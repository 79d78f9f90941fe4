import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import { type Patch, aFrameEngine, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

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
/** A cache of 32 000 tokens. */
function serving(maxModelLen: number, patch: Patch<Engine> = {}): Patch<Engine> {
  const config = { num_gpu_blocks: '2000', block_size: '16' };
  return { config, process: processWith({ 'max-model-len': String(maxModelLen) }), ...patch };
}
function outcome(patch: (frame: number) => Patch<Engine>, count = 31) {
  const window = aWindow(count, 60, (frame) => ({ engines: [aFrameEngine(patch(frame))] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'tp-misfit');
}

describe('tp-misfit', () => {
  it('confirms a cache that does not hold two requests of the greatest length', () => {
    const { finding } = outcome(() => serving(20_000));
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed' });
    expect(finding?.summary).toBe(
      'The KV cache of 32000 tokens holds 1.6 requests of the greatest length (20000 tokens).',
    );
  });

  it('says nothing of a cache that holds exactly two', () => {
    expect(outcome(() => serving(16_000)).finding).toBeUndefined();
    expect(outcome(() => serving(16_001)).finding).toBeDefined();
  });

  it('is medium while a full cache preempts', () => {
    const full = (frame: number) => serving(4000, { kvCacheUsageRatio: 1, counters: { preemptions: frame } });
    expect(outcome(full, 32).finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
  });

  it('is not evaluated with less history, nor without the cache size or the command line', () => {
    expect(outcome(() => serving(20_000), 20).notEvaluated).toBe('needs 1800 s of history');
    expect(outcome(() => ({ config: { num_gpu_blocks: 'None' } })).notEvaluated).toBe(
      'missing input: engines.config, engines.process.flags',
    );
    expect(outcome(() => ({ ...serving(1), process: null })).notEvaluated).toBe('missing input: engines.process.flags');
  });
});
