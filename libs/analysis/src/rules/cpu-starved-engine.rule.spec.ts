import { describe, expect, it } from '@jest/globals';
import type { Engine, System } from '@app/core';
import {
  FRAME_GPU_UUID,
  type Patch,
  aFrameEngine,
  aFrameGpu,
  aFrameSystem,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

interface World {
  readonly engine?: Patch<Engine>;
  readonly system?: (frame: number) => Patch<System>;
  readonly gpuRatio?: number | null;
  readonly smActiveRatio?: number | null;
}

const PRESSED = () => ({ pressure: { cpuSomeAvg60: 35 } });
const PROCESS: Engine['process'] = {
  pid: 10,
  pids: [10, 11],
  flags: {},
  cpuCores: 0.4,
  treeCpuCores: 2,
  residentBytes: null,
  cpusAllowed: '0-3',
  cgroupPath: '/engine',
};

function outcome({ engine = {}, system = PRESSED, gpuRatio = 0.3, smActiveRatio = null }: World, count = 3) {
  const window = aWindow(count, 60, (frame) => ({
    engines: [aFrameEngine(engine)],
    gpus: [aFrameGpu({ utilization: { gpuRatio }, profiling: { smActiveRatio } })],
    system: aFrameSystem(system(frame)),
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'cpu-starved-engine');
}

describe('cpu-starved-engine', () => {
  it('confirms requests that run while the GPU idles and tasks wait for a CPU', () => {
    const { finding } = outcome({ engine: { process: PROCESS } });
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed', confidence: 'high' });
    expect(finding?.summary).toBe(
      '40 requests run while the GPUs of the engine are at most 30 % utilized, and tasks waited for a CPU for 35 % of the time.',
    );
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ signal: 'derived.coresAvailable', value: 4 }));
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ signal: 'derived.coresNeeded', value: 3 }));
  });

  it('holds from exactly its bounds', () => {
    expect(outcome({ engine: { requestsRunning: 4 } }).finding).toBeDefined();
    expect(outcome({ engine: { requestsRunning: 3 } }).finding).toBeUndefined();
    expect(outcome({ gpuRatio: 0.49 }).finding).toBeDefined();
    expect(outcome({ gpuRatio: 0.5 }).finding).toBeUndefined();
    expect(outcome({ gpuRatio: null, smActiveRatio: 0.39 }).finding).toBeDefined();
    expect(outcome({ gpuRatio: null, smActiveRatio: 0.4 }).finding).toBeUndefined();
    expect(outcome({ system: () => ({ pressure: { cpuSomeAvg60: 20 } }) }).finding).toBeDefined();
    expect(outcome({ system: () => ({ pressure: { cpuSomeAvg60: 19.9 } }) }).finding).toBeUndefined();
  });

  it('takes a throttled control group, a server at a full core or a run queue as a sign as well', () => {
    const throttled = (frame: number) => ({ cgroup: { cpuPeriods: frame * 600, cpuThrottledPeriods: frame * 150 } });
    expect(outcome({ system: throttled }).finding).toBeDefined();
    expect(outcome({ engine: { process: { ...PROCESS, cpuCores: 0.95 } }, system: () => ({}) }).finding).toBeDefined();
    const queue = (runnableTasks: number) => () => ({ cpu: { logicalCores: 8, runnableTasks } });
    expect(outcome({ system: queue(17) }).finding).toBeDefined();
    expect(outcome({ system: queue(16) }).finding).toBeUndefined();
  });

  it('does not take the control group of another process for the one of the engine', () => {
    const agents = (frame: number) => ({
      cgroup: { path: '/agent', cpuPeriods: frame * 600, cpuThrottledPeriods: frame * 500 },
    });
    expect(outcome({ engine: { process: PROCESS }, system: agents }).finding).toBeUndefined();
  });

  it('says nothing of a busy engine core alone, nor of requests that wait for a KV transfer', () => {
    const busy = { process: { ...PROCESS, treeCpuCores: 1 } };
    expect(outcome({ engine: busy, system: () => ({}) }).finding).toBeUndefined();
    expect(outcome({ engine: { requestsWaitingDeferred: 5 } }).finding).toBeUndefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome({}, 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without running requests, GPUs of the engine, their load or any sign of the CPU', () => {
    expect(outcome({ engine: { requestsRunning: null } }).notEvaluated).toContain('engines.requestsRunning');
    expect(outcome({ engine: { gpuUuids: null } }).notEvaluated).toContain('engines.gpuUuids');
    expect(outcome({ gpuRatio: null }).notEvaluated).toContain('gpus.utilization.gpuRatio');
    expect(outcome({ engine: { gpuUuids: [FRAME_GPU_UUID, 'GPU-2'] } }).notEvaluated).toContain('gpus.utilization');
    const nothing = () => ({
      pressure: { cpuSomeAvg60: null, cpuSomeAvg10: null },
      cgroup: { cpuPeriods: null, cpuThrottledPeriods: null },
    });
    expect(outcome({ system: nothing }).notEvaluated).toContain('system.pressure.cpuSomeAvg60');
  });
});
