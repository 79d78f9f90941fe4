import { describe, expect, it } from '@jest/globals';
import type { Engine, Gpu } from '@app/core';
import { type Patch, aFrameEngine, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const EXCLUSIVE: Patch<Gpu> = { computeMode: 'Exclusive_Process' };
const PROHIBITED: Patch<Gpu> = { computeMode: 'Prohibited' };
const DOWN: Patch<Engine> = { up: false, gpuUuids: null };

function outcome(gpu: Patch<Gpu>, engines: readonly Patch<Engine>[] = [{}], count = 11) {
  const window = aWindow(count, 60, () => ({ gpus: [aFrameGpu(gpu)], engines: engines.map(aFrameEngine) }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'compute-mode-restrictive');
}

describe('compute-mode-restrictive', () => {
  it('is medium when nobody may compute on a GPU that no engine needs, high when one does', () => {
    expect(outcome(PROHIBITED, []).finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(outcome(PROHIBITED, [DOWN]).finding?.severity).toBe('high');
    expect(outcome(PROHIBITED, [DOWN]).finding?.candidateActions).toEqual([
      { type: 'gpu-compute-mode-default', parameters: {} },
    ]);
  });

  it('takes exclusive mode with one engine for a choice', () => {
    expect(outcome(EXCLUSIVE).finding).toMatchObject({ severity: 'info', candidateActions: [] });
  });

  it('is medium when more than one process is wanted', () => {
    expect(outcome(EXCLUSIVE, [{}, { id: 'http://127.0.0.1:8001' }]).finding?.severity).toBe('medium');
    expect(outcome(EXCLUSIVE, [DOWN]).finding?.severity).toBe('medium');
  });

  it('does not hold in default mode', () => {
    expect(outcome({})).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('only suspects before ten minutes', () => {
    expect(outcome(PROHIBITED, [], 10).finding?.state).toBe('suspected');
  });

  it('is not evaluated without the mode', () => {
    expect(outcome({ computeMode: null }).notEvaluated).toContain('gpus.computeMode');
  });
});
