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

function outcome(profiling: Patch<Gpu['profiling']>, engine: (frame: number) => Patch<Engine> = () => ({}), count = 3) {
  const window = aWindow(count, 60, (frame) => ({
    gpus: [
      aFrameGpu({
        profiling: { dramActiveRatio: 0.7, tensorActiveRatio: 0.1, smActiveRatio: 0.8, ...profiling },
      }),
    ],
    engines: [aFrameEngine(engine(frame))],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'memory-bandwidth-bound');
}

describe('memory-bandwidth-bound', () => {
  it('notes decoding at the limit of the memory as context', () => {
    expect(outcome({}).finding).toMatchObject({ severity: 'info', state: 'confirmed', candidateActions: [] });
  });

  it('is medium when tokens come too slowly', () => {
    const slow = (frame: number) => ({
      histograms: { interTokenLatency: aFrameHistogram([0.05, 0.1], [0, 0, frame * 100]) },
    });
    const { finding } = outcome({}, slow);
    expect(finding?.severity).toBe('medium');
    // The missed objective is the finding; what the GPU is bound by explains it.
    expect(finding?.causedBy).toEqual(['itl-slo-decode-batch:http-127.0.0.1-8000']);
  });

  it('holds from exactly its bounds', () => {
    const edge = { dramActiveRatio: 0.6, tensorActiveRatio: 0.29, smActiveRatio: 0.5 };
    expect(outcome(edge).finding).toBeDefined();
    expect(outcome({ ...edge, dramActiveRatio: 0.59 }).finding).toBeUndefined();
    expect(outcome({ ...edge, tensorActiveRatio: 0.3 }).finding).toBeUndefined();
    expect(outcome({ ...edge, smActiveRatio: 0.49 }).finding).toBeUndefined();
  });

  it('says nothing of a GPU whose engine runs no request', () => {
    expect(outcome({}, () => ({ requestsRunning: 0 })).finding).toBeUndefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome({}, () => ({}), 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without profiling: utilization of the memory controller is no bandwidth', () => {
    expect(outcome({ dramActiveRatio: null }).notEvaluated).toBe('missing input: gpus.profiling.dramActiveRatio');
  });
});
