import { describe, expect, it } from '@jest/globals';
import type { Engine, KernelEvent } from '@app/core';
import {
  type Patch,
  aFrameEngine,
  aFrameXid,
  aWindow,
  anAnalysisContext,
  frameTime,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(patch: (frame: number) => Patch<Engine>, count = 4, events: readonly KernelEvent[] = []) {
  const window = aWindow(count, 60, (frame) => ({ engines: [aFrameEngine(patch(frame))], events }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'engine-restarted');
}
const DOWN: Patch<Engine> = {
  up: false,
  counters: {
    preemptions: null,
    promptTokens: null,
    generationTokens: null,
    requestsSucceeded: null,
    prefixCacheQueries: null,
    prefixCacheHits: null,
  },
};

describe('engine-restarted', () => {
  it('notes counters that fell as context', () => {
    const { finding } = outcome((frame) => ({ counters: { generationTokens: frame < 2 ? 9000 : frame } }));
    expect(finding).toMatchObject({ severity: 'info', state: 'confirmed', candidateActions: [] });
    expect(finding?.summary).toBe('The engine was restarted 60 s before the newest sample; its caches were cold.');
  });

  it('notes another process start, across frames in which the engine did not answer', () => {
    const start = (frame: number) => ({ startedAt: frameTime(frame < 2 ? -9000 : 90) });
    expect(outcome((frame) => (frame === 1 ? DOWN : start(frame))).finding).toBeDefined();
  });

  it('takes a probe without an answer for no restart', () => {
    expect(outcome((frame) => (frame === 1 ? DOWN : {}))).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('explains cold caches for half an hour', () => {
    const early = (frame: number) => ({ counters: { generationTokens: frame === 0 ? 9000 : frame } });
    expect(outcome(early, 31).finding).toBeDefined();
    expect(outcome(early, 32).finding).toBeUndefined();
  });

  it('names the kernel incident near it', () => {
    const oom = aFrameXid(0, { kind: 'oom-kill', code: null, at: frameTime(100), lastAt: frameTime(100) });
    const restart = (frame: number) => ({ counters: { generationTokens: frame < 2 ? 9000 : frame } });
    expect(outcome(restart, 4, [oom]).finding?.summary).toContain('near a kernel incident (oom-kill)');
  });

  it('is not evaluated from one sample, nor without anything that shows a restart', () => {
    expect(outcome(() => ({}), 1).notEvaluated).toContain('needs another sample');
    expect(outcome(() => ({ ...DOWN, up: true })).notEvaluated).toContain('engines.startedAt');
  });
});
