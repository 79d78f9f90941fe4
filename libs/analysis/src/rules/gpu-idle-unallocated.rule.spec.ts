import { describe, expect, it } from '@jest/globals';
import type { Engine, Gpu } from '@app/core';
import { type Patch, aFrameEngine, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const GIB = 1024 ** 3;
const FREE: Patch<Gpu> = { index: 1, uuid: 'GPU-free', utilization: { gpuRatio: 0 }, memory: { usedBytes: GIB / 2 } };

function outcome(patch: Patch<Gpu>, engine: Patch<Engine> | null = {}, count = 31, isAlone = false) {
  const window = aWindow(count, 60, () => ({
    gpus: [aFrameGpu({ ...FREE, ...patch }), ...(isAlone ? [] : [aFrameGpu()])],
    engines: engine === null ? [] : [aFrameEngine(engine)],
  }));
  const analysis = new Analyzer().analyze(window, anAnalysisContext());
  return {
    finding: analysis.findings.find(({ ruleId }) => ruleId === 'gpu-idle-unallocated'),
    notEvaluated: outcomeOf(analysis, 'gpu-idle-unallocated').notEvaluated,
  };
}

describe('gpu-idle-unallocated', () => {
  it('is low in a pool, with hours and energy', () => {
    const { finding } = outcome({ power: { drawWatts: 70 } });
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed', candidateActions: [] });
    expect(finding?.summary).toBe('Nobody has used the GPU for 1800 s (GPU-hours: 0.5, kWh: 0.035).');
  });

  it('is medium when an engine of the pool queues, and proposes one replica more', () => {
    const { finding } = outcome({}, { requestsWaitingCapacity: 5 });
    expect(finding?.severity).toBe('medium');
    expect(finding?.candidateActions).toEqual([{ type: 'k8s-scale', parameters: { replicaChange: 1 } }]);
  });

  it('is context on a machine without engines or with one GPU only', () => {
    expect(outcome({}, null).finding?.severity).toBe('info');
    expect(outcome({}, {}, 31, true).finding?.severity).toBe('info');
  });

  it('leaves the energy out where nothing tells it', () => {
    const { finding } = outcome({ power: { drawWatts: null } });
    expect(finding?.summary).toBe('Nobody has used the GPU for 1800 s (GPU-hours: 0.5).');
  });

  it('takes less than 5 % of the memory for free, and on small cards less than 1 GiB', () => {
    expect(outcome({ memory: { usedBytes: 4 * GIB } }).finding).toBeUndefined();
    expect(outcome({ memory: { usedBytes: 4 * GIB - 1 } }).finding).toBeDefined();
    expect(outcome({ memory: { totalBytes: 8 * GIB, usedBytes: GIB - 1 } }).finding).toBeDefined();
    expect(outcome({ memory: { totalBytes: 8 * GIB, usedBytes: GIB } }).finding).toBeUndefined();
  });

  it.each<[string, Patch<Gpu>]>([
    ['some work', { utilization: { gpuRatio: 0.01 } }],
    ['a process', { processes: [{ pid: 5, name: 'x', type: 'C', usedMemoryBytes: 1, gpuInstanceId: null }] }],
    ['a display', { processes: [{ pid: 5, name: 'Xorg', type: 'G', usedMemoryBytes: 1, gpuInstanceId: null }] }],
  ])('does not hold with %s', (_, patch) => {
    expect(outcome(patch).finding).toBeUndefined();
  });

  it('does not judge in less than half an hour', () => {
    expect(outcome({}, {}, 30).notEvaluated).toContain('needs 1800 s of history');
  });

  it('is not evaluated without utilization or memory', () => {
    expect(outcome({ utilization: { gpuRatio: null } }).notEvaluated).toContain('gpus.utilization.gpuRatio');
    expect(outcome({ memory: { totalBytes: null } }).notEvaluated).toContain('gpus.memory.totalBytes');
  });
});
