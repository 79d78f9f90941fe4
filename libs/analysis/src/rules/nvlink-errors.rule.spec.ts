import { describe, expect, it } from '@jest/globals';
import type { Gpu, KernelEvent } from '@app/core';
import { type Patch, aFrameGpu, aFrameXid, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

type Counters = Patch<Gpu['nvlink']>;
const NONE = { replayErrors: 0, recoveryErrors: 0, crcErrors: 0 };

function outcome(counters: (frame: number) => Counters, events: readonly KernelEvent[] = [], count = 3) {
  const window = aWindow(count, 60, (frame) => ({
    gpus: [aFrameGpu({ nvlink: { ...NONE, ...counters(frame) } })],
    events,
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'nvlink-errors');
}

describe('nvlink-errors', () => {
  it('confirms replays that keep rising', () => {
    const { finding } = outcome((frame) => ({ replayErrors: frame }));
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toBe('NVLink errors of the GPU keep rising (replays: 2).');
  });

  it('holds from exactly 100 checksum errors per second', () => {
    expect(outcome((frame) => ({ crcErrors: frame * 6000 })).finding).toBeDefined();
    expect(outcome((frame) => ({ crcErrors: frame * 5999 })).finding).toBeUndefined();
  });

  it('is high when the link recovers again and again, or the driver reports it', () => {
    expect(outcome((frame) => ({ recoveryErrors: frame }), [], 4).finding?.severity).toBe('high');
    expect(outcome((frame) => ({ replayErrors: frame }), [aFrameXid(74)]).finding?.severity).toBe('high');
  });

  it('takes totals that do not grow for the past', () => {
    expect(outcome(() => ({ replayErrors: 70, recoveryErrors: 3 })).finding).toBeUndefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome((frame) => ({ replayErrors: frame }), [], 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without its counters, and judges by those that are there', () => {
    const newer = { replayErrors: null, recoveryErrors: null, crcErrors: null };
    expect(outcome(() => newer).notEvaluated).toContain('gpus.nvlink.replayErrors');
    expect(outcome((frame) => ({ replayErrors: null, recoveryErrors: frame })).finding).toBeDefined();
    expect(outcome(() => ({ crcErrors: null })).notEvaluated).toBeUndefined();
  });
});
