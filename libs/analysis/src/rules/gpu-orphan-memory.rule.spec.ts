import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const GIB = 1024 ** 3;
const ORPHANED: Patch<Gpu> = { utilization: { gpuRatio: 0 }, memory: { usedBytes: 30 * GIB } };
const PROCESS = { pid: 5, name: 'x', type: 'C', usedMemoryBytes: GIB, gpuInstanceId: null };
const OTHER = aFrameGpu({ index: 1, uuid: 'GPU-other', processes: [PROCESS] });

function outcome(patch: (frame: number) => Patch<Gpu>, others: readonly Gpu[] = [OTHER], count = 11) {
  const window = aWindow(count, 60, (frame) => ({
    gpus: [aFrameGpu({ ...ORPHANED, ...patch(frame) }), ...others],
    engines: [],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-orphan-memory');
}

describe('gpu-orphan-memory', () => {
  it('confirms memory without a process for ten minutes', () => {
    const { finding } = outcome(() => ({}));
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toContain('30 GiB of the memory');
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual(['collect-diagnostics', 'gpu-reset']);
    expect(outcome(() => ({}), [OTHER], 10).finding?.state).toBe('suspected');
  });

  it('knows that processes are visible when the GPU itself showed one before', () => {
    const crashed = (frame: number) => (frame === 0 ? { processes: [PROCESS] } : {});
    expect(outcome(crashed, [], 12).finding?.state).toBe('confirmed');
  });

  it('says nothing where no process was ever visible, as in a container', () => {
    const { finding, notEvaluated } = outcome(() => ({}), []);
    expect(finding).toBeUndefined();
    expect(notEvaluated).toContain('may not be visible');
  });

  it('holds from exactly 2 GiB', () => {
    expect(outcome(() => ({ memory: { usedBytes: 2 * GIB } })).finding).toBeDefined();
    expect(outcome(() => ({ memory: { usedBytes: 2 * GIB - 1 } })).finding).toBeUndefined();
  });

  it.each<[string, Patch<Gpu>]>([
    ['a process holds it', { processes: [PROCESS] }],
    ['the GPU works', { utilization: { gpuRatio: 0.6 } }],
    ['MIG is on', { mig: { mode: true } }],
    ['the GPU is virtual', { virtualizationMode: 'VGPU' }],
  ])('does not hold when %s', (_, patch) => {
    expect(outcome(() => patch).finding).toBeUndefined();
  });

  it('is not evaluated without the memory in use', () => {
    expect(outcome(() => ({ memory: { usedBytes: null } })).notEvaluated).toContain('gpus.memory.usedBytes');
  });
});
