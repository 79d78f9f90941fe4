import { describe, expect, it } from '@jest/globals';
import type { Engine, Gpu, MigDevice, Snapshot } from '@app/core';
import { type Patch, aFrameEngine, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const GIB = 1024 ** 3;

function anInstance(gpuInstanceId: number, usedGib: number, totalGib = 40): MigDevice {
  return {
    index: gpuInstanceId,
    gpuInstanceId,
    computeInstanceId: 0,
    memoryTotalBytes: totalGib * GIB,
    memoryUsedBytes: usedGib * GIB,
  };
}

function outcome(
  devices: readonly MigDevice[],
  engine: Patch<Engine> = {},
  { count = 31, gpu = {}, gaps = [] }: { count?: number; gpu?: Patch<Gpu>; gaps?: Snapshot['gaps'] } = {},
) {
  const window = aWindow(count, 60, () => ({
    gpus: [aFrameGpu({ ...gpu, mig: { mode: true, pendingMode: true, ...gpu.mig, devices } })],
    engines: [aFrameEngine(engine)],
    gaps,
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'mig-misfit');
}

describe('mig-misfit', () => {
  it('is medium when an engine is full beside an empty instance', () => {
    const full: Patch<Engine> = { kvCacheUsageRatio: 0.9, requestsWaitingCapacity: 4 };
    const { finding } = outcome([anInstance(1, 38), anInstance(2, 0)], full);
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toContain('90 % full while 1 of 2 instances are empty');
    expect(finding?.candidateActions).toEqual([{ type: 'gpu-mig-reconfigure', parameters: {} }]);
    expect(
      outcome([anInstance(1, 38), anInstance(2, 0)], { ...full, kvCacheUsageRatio: 0.89 }).finding,
    ).toBeUndefined();
  });

  it('is low when an instance is empty and an engine elsewhere queues', () => {
    const elsewhere: Patch<Engine> = { gpuUuids: ['GPU-elsewhere'], requestsWaitingCapacity: 4 };
    expect(outcome([anInstance(1, 38), anInstance(2, 0)], elsewhere).finding?.severity).toBe('low');
    expect(outcome([anInstance(1, 38), anInstance(2, 20)], elsewhere).finding).toBeUndefined();
  });

  it('takes an instance with a process for used', () => {
    const elsewhere: Patch<Engine> = { gpuUuids: ['GPU-elsewhere'], requestsWaitingCapacity: 4 };
    const processes = [{ pid: 5, name: 'x', type: 'C', usedMemoryBytes: 1, gpuInstanceId: 2 }];
    expect(outcome([anInstance(1, 38), anInstance(2, 0)], elsewhere, { gpu: { processes } }).finding).toBeUndefined();
  });

  it('is low when less than 80 % of the memory belongs to an instance', () => {
    expect(outcome([anInstance(1, 38), anInstance(2, 20, 24)]).finding).toBeUndefined();
    const { finding } = outcome([anInstance(1, 38), anInstance(2, 20, 23)]);
    expect(finding?.severity).toBe('low');
    expect(finding?.summary).toContain('78.8 % of the memory');
    expect(outcome([]).finding?.severity).toBe('low');
  });

  it('does not judge in less than half an hour', () => {
    expect(outcome([], {}, { count: 30 }).notEvaluated).toContain('needs 1800 s of history');
  });

  it('is not evaluated with MIG off, unknown, or with instances that were not read', () => {
    const off = outcome([], {}, { gpu: { mig: { mode: false } } });
    expect(off.notEvaluated).toContain('MIG is off');
    expect(outcome([], {}, { gpu: { mig: { mode: null } } }).notEvaluated).toContain('gpus.mig.mode');
    const gaps: Snapshot['gaps'] = [{ signal: 'gpus.mig.devices', status: 'absent', reason: 'not read' }];
    expect(outcome([], {}, { gaps }).notEvaluated).toContain('gpus.mig.devices');
  });
});
