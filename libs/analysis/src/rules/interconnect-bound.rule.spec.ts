import { describe, expect, it } from '@jest/globals';
import type { Engine, Gpu } from '@app/core';
import {
  FRAME_GPU_UUID,
  type Patch,
  aFrameEngine,
  aFrameGpu,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

/** What a link of generation 5 with 16 lanes carries. */
const PEAK = 16 * 3_938e6;
const WAITING: Patch<Gpu> = {
  profiling: { tensorActiveRatio: 0.2, dramActiveRatio: 0.3, smActiveRatio: 0.9 },
  pcie: { rxBytesPerSecond: 0.8 * PEAK, txBytesPerSecond: 0.1 * PEAK },
};

function outcome(patch: Patch<Gpu>, flags: Record<string, string> = { 'tensor-parallel-size': '2' }, count = 3) {
  const process = {
    pid: 10,
    pids: [10],
    flags,
    cpuCores: null,
    treeCpuCores: null,
    residentBytes: null,
    cpusAllowed: null,
    cgroupPath: null,
  };
  const engine: Patch<Engine> = { gpuUuids: [FRAME_GPU_UUID, 'GPU-two'], process };
  const merged = { ...WAITING, ...patch, profiling: { ...WAITING.profiling, ...patch.profiling } };
  const window = aWindow(count, 60, () => ({
    gpus: [aFrameGpu(merged), aFrameGpu({ ...merged, index: 1, uuid: 'GPU-two' })],
    engines: [aFrameEngine(engine)],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'interconnect-bound');
}

describe('interconnect-bound', () => {
  it('confirms GPUs of one group that wait for their links', () => {
    const { finding } = outcome({});
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed', confidence: 'high' });
    expect(finding?.summary).toContain('use 80 % of what their PCIe link carries');
    expect(finding?.candidateActions[0]).toEqual({
      type: 'vllm-config:tensor-parallel-size',
      parameters: { direction: 'lower' },
    });
  });

  it('holds from exactly 70 % of the link', () => {
    expect(outcome({ pcie: { rxBytesPerSecond: 0.7 * PEAK } }).finding).toBeDefined();
    const { finding, notEvaluated } = outcome({ pcie: { rxBytesPerSecond: 0.69 * PEAK } });
    expect(finding).toBeUndefined();
    expect(notEvaluated).toContain('NVLink');
  });

  it.each([
    ['compute is used', { profiling: { tensorActiveRatio: 0.3 } }],
    ['memory is used', { profiling: { dramActiveRatio: 0.4 } }],
    ['they are idle', { utilization: { gpuRatio: 0.2 } }],
  ] satisfies [string, Patch<Gpu>][])('does not hold when %s', (_, patch) => {
    expect(outcome(patch)).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('says nothing of single GPUs and of pipeline stages', () => {
    expect(outcome({}, {}).notEvaluated).toContain('no tensor parallelism');
    const stages = { 'tensor-parallel-size': '2', 'pipeline-parallel-size': '2' };
    expect(outcome({}, stages).notEvaluated).toContain('pipeline stages');
  });

  it('is not evaluated without profiling or link rates', () => {
    expect(outcome({ profiling: { tensorActiveRatio: null } }).notEvaluated).toContain(
      'gpus.profiling.tensorActiveRatio',
    );
    expect(outcome({ pcie: {} }).notEvaluated).toContain('gpus.pcie.rxBytesPerSecond');
  });

  it('only suspects before its duration', () => {
    expect(outcome({}, undefined, 2).finding?.state).toBe('suspected');
  });
});
