import { describe, expect, it } from '@jest/globals';
import type { Engine, GpuProcess } from '@app/core';
import { type Patch, aFrameEngine, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const MIB = 1024 ** 2;
const PROCESS: NonNullable<Engine['process']> = {
  pid: 10,
  pids: [10, 11],
  flags: {},
  cpuCores: null,
  treeCpuCores: null,
  residentBytes: null,
  cpusAllowed: null,
  cgroupPath: null,
};

function aProcess(pid: number, usedMib: number | null, name = 'python', type = 'C'): GpuProcess {
  return { pid, name, type, usedMemoryBytes: usedMib === null ? null : usedMib * MIB, gpuInstanceId: null };
}

function outcome(processes: readonly GpuProcess[], engine: Patch<Engine> = {}, count = 3) {
  const window = aWindow(count, 60, () => ({
    gpus: [aFrameGpu({ processes: [aProcess(11, 60_000), ...processes] })],
    engines: [aFrameEngine({ process: PROCESS, ...engine })],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-shared-by-foreign-process');
}

describe('gpu-shared-by-foreign-process', () => {
  it('confirms a process that the engine did not start, and offers to end the largest', () => {
    const { finding } = outcome([aProcess(77, 600, 'jupyter'), aProcess(78, 2048, 'train.py')]);
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toContain('2.6 GiB of its GPU: train.py, jupyter (process ids: 78, 77)');
    expect(finding?.candidateActions).toContainEqual({ type: 'host-kill-process', parameters: { pid: 78 } });
  });

  it('holds from exactly 500 MiB', () => {
    expect(outcome([aProcess(77, 500)]).finding).toBeDefined();
    expect(outcome([aProcess(77, 499)]).finding).toBeUndefined();
  });

  it.each<[string, readonly GpuProcess[]]>([
    ['its own processes', [aProcess(10, 900)]],
    ['the MPS server', [aProcess(77, 900, 'nvidia-cuda-mps-server')]],
    ['the DCGM service', [aProcess(77, 900, '/usr/bin/nv-hostengine')]],
    ['a display', [aProcess(77, 900, 'Xorg', 'G')]],
  ])('does not take %s for foreign', (_, processes) => {
    expect(outcome(processes)).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('only suspects before its duration', () => {
    expect(outcome([aProcess(77, 900)], {}, 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without a process tree, its GPU or the memory of the process', () => {
    expect(outcome([aProcess(77, 900)], { process: null }).notEvaluated).toContain('engines.process');
    expect(outcome([aProcess(77, 900)], { gpuUuids: null }).notEvaluated).toContain('engines.gpuUuids');
    expect(outcome([aProcess(77, null)]).notEvaluated).toContain('gpus.processes.usedMemoryBytes');
  });

  it('says nothing where the ids of the driver and of the engine are not of one kind', () => {
    const container = { ...PROCESS, pid: 1, pids: [1, 2] };
    expect(outcome([], { process: container }).notEvaluated).toContain('container');
  });
});
