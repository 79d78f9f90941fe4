import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import {
  type Patch,
  aFrameCache,
  aFrameEngine,
  aFrameHistogram,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(patch: Patch<Engine>, chunkReuseRatio: number | null = null) {
  const window = aWindow(1, 60, () => ({
    engines: [aFrameEngine(patch)],
    caches: chunkReuseRatio === null ? [] : [aFrameCache({ chunkReuseRatio, engineId: null })],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'prefix-cache-disabled');
}
function serving(enabled: string, mean: number): Patch<Engine> {
  return {
    config: { enable_prefix_caching: enabled },
    histograms: { promptTokens: aFrameHistogram([500, 5000], [0, 10], 10 * mean) },
  };
}

describe('prefix-cache-disabled', () => {
  it('confirms from one sample that long prompts are not reused', () => {
    const { finding } = outcome(serving('False', 1500));
    expect(finding).toMatchObject({ severity: 'low', confidence: 'medium', state: 'confirmed' });
    expect(finding?.summary).toContain('1500 tokens on average');
    expect(finding?.candidateActions).toEqual([{ type: 'vllm-config:enable-prefix-caching', parameters: {} }]);
  });

  it('holds from exactly a thousand tokens', () => {
    expect(outcome(serving('False', 1000)).finding).toBeDefined();
    expect(outcome(serving('False', 999)).finding).toBeUndefined();
  });

  it('is medium where chunks are known to repeat', () => {
    expect(outcome(serving('False', 1500), 0.4).finding?.severity).toBe('medium');
  });

  it('says nothing where caching is on', () => {
    expect(outcome(serving('True', 1500))).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('is not evaluated where the engine does not tell, or before the first prompt', () => {
    expect(outcome({ config: {} }).notEvaluated).toBe('missing input: engines.config');
    expect(outcome({ ...serving('False', 1), counters: { promptTokens: null }, histograms: {} }).notEvaluated).toBe(
      'missing input: engines.histograms.promptTokens',
    );
    const fresh = { ...serving('False', 1), histograms: { promptTokens: aFrameHistogram([500], [0, 0], 0) } };
    expect(outcome(fresh).notEvaluated).toBe('no prompt has been counted yet');
  });
});
