import { describe, expect, it } from '@jest/globals';
import type { Engine, Gpu } from '@app/core';
import {
  type Patch,
  aFrameEngine,
  aFrameGpu,
  aFrameHistogram,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(patch: Patch<Gpu>, engine: (frame: number) => Patch<Engine> = () => ({}), count = 3) {
  const window = aWindow(count, 60, (frame) => ({
    gpus: [aFrameGpu({ profiling: { tensorActiveRatio: 0.6, dramActiveRatio: 0.3 }, ...patch })],
    engines: [aFrameEngine(engine(frame))],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'compute-bound');
}
const profiling = (tensorActiveRatio: number | null, dramActiveRatio: number | null) => ({
  profiling: { tensorActiveRatio, dramActiveRatio },
});
/** Every first token is late; so much of its time is prefill. */
const late = (share: number) => (frame: number) => ({
  histograms: {
    ttft: aFrameHistogram([1, 2.5], [0, 0, frame * 100], frame * 300),
    prefillTime: aFrameHistogram([0.3, 5], [0, frame * 100], frame * 300 * share),
  },
});

describe('compute-bound', () => {
  it('notes a GPU at the limit of its computing power as context', () => {
    expect(outcome({}).finding).toMatchObject({ severity: 'info', state: 'confirmed', candidateActions: [] });
  });

  it('is medium when first tokens are late because of prompts', () => {
    const { finding } = outcome({}, late(0.8));
    expect(finding?.severity).toBe('medium');
    expect(finding?.summary).toContain('80 % of the time to first token goes into computing prompts');
    expect(outcome({}, late(0.4)).finding?.severity).toBe('info');
  });

  it('holds from exactly its bounds', () => {
    expect(outcome(profiling(0.5, 0.49)).finding).toBeDefined();
    expect(outcome(profiling(0.49, 0.49)).finding).toBeUndefined();
    expect(outcome(profiling(0.5, 0.5)).finding).toBeUndefined();
  });

  it('says nothing of a GPU that is slowed down', () => {
    expect(outcome({ clockEventReasons: ['hw-thermal-slowdown'] }).finding).toBeUndefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome({}, () => ({}), 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without profiling', () => {
    expect(outcome(profiling(null, null)).notEvaluated).toContain('gpus.profiling.tensorActiveRatio');
  });
});
