import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import {
  type Patch,
  aFrameEngine,
  aFrameHistogram,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
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
const slowTokens = (frame: number): Patch<Engine> => ({
  histograms: { interTokenLatency: aFrameHistogram([0.05, 0.1], [frame * 80, 0, frame * 20]) },
});
const lateByPrefill = (frame: number): Patch<Engine> => ({
  histograms: {
    ttft: aFrameHistogram([1, 2.5], [0, 0, frame * 50], frame * 150),
    prefillTime: aFrameHistogram([0.3, 5], [0, frame * 50], frame * 100),
  },
});

function outcome(
  flags: Readonly<Record<string, string>>,
  latency: (frame: number) => Patch<Engine>,
  count = 11,
  kind: Engine['kind'] = 'vllm',
) {
  const window = aWindow(count, 60, (frame) => ({
    engines: [aFrameEngine({ kind, process: processWith(flags), ...latency(frame) })],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'chunked-prefill-misconfigured');
}

describe('chunked-prefill-misconfigured', () => {
  it('confirms a small budget that makes first tokens late', () => {
    const { finding } = outcome({ 'max-num-batched-tokens': '512' }, lateByPrefill);
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toContain('A step may have 512 tokens at most');
    expect(finding?.candidateActions).toEqual([
      { type: 'vllm-config:max-num-batched-tokens', parameters: { value: 8192, direction: 'raise' } },
    ]);
  });

  it('confirms a large budget that makes tokens slow', () => {
    const { finding } = outcome({ 'max-num-batched-tokens': '32768' }, slowTokens);
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.candidateActions[0]?.parameters).toEqual({ value: 8192, direction: 'lower' });
  });

  it('lets exactly its bounds pass', () => {
    expect(outcome({ 'max-num-batched-tokens': '1024' }, lateByPrefill).finding).toBeUndefined();
    expect(outcome({ 'max-num-batched-tokens': '1023' }, lateByPrefill).finding).toBeDefined();
    expect(outcome({ 'max-num-batched-tokens': '16384' }, slowTokens).finding).toBeUndefined();
    expect(outcome({ 'max-num-batched-tokens': '16385' }, slowTokens).finding).toBeDefined();
  });

  it('confirms chunked prefill that is switched off', () => {
    expect(outcome({ 'enable-chunked-prefill': 'false' }, slowTokens).finding?.severity).toBe('low');
    const sglang = outcome({ 'chunked-prefill-size': '-1' }, slowTokens, 11, 'sglang');
    expect(sglang.finding?.candidateActions[0]?.type).toBe('sglang-config:chunked-prefill-size');
  });

  it('says nothing while the objective is met', () => {
    const fast = (frame: number): Patch<Engine> => ({
      histograms: { interTokenLatency: aFrameHistogram([0.05, 0.1], [frame * 100]) },
    });
    expect(outcome({ 'max-num-batched-tokens': '32768' }, fast).finding).toBeUndefined();
    expect(outcome({}, slowTokens).finding).toBeUndefined();
  });

  it('only suspects before ten minutes', () => {
    expect(outcome({ 'max-num-batched-tokens': '512' }, lateByPrefill, 10).finding?.state).toBe('suspected');
  });

  it('is not evaluated without the command line or the latency', () => {
    const unknown = aWindow(3, 60, () => ({ engines: [aFrameEngine()] }));
    const analysis = new Analyzer().analyze(unknown, anAnalysisContext());
    expect(outcomeOf(analysis, 'chunked-prefill-misconfigured').notEvaluated).toContain('engines.process.flags');
    expect(outcome({ 'max-num-batched-tokens': '512' }, () => ({})).notEvaluated).toContain('engines.histograms.ttft');
  });
});
