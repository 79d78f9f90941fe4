import { describe, expect, it } from '@jest/globals';
import type { Engine, Gpu } from '@app/core';
import { type Patch, aFrameEngine, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const UUIDS = ['GPU-0', 'GPU-1', 'GPU-2', 'GPU-3'];
const PROCESS: NonNullable<Engine['process']> = {
  pid: 10,
  pids: [10],
  flags: { 'tensor-parallel-size': '4' },
  cpuCores: null,
  treeCpuCores: null,
  residentBytes: null,
  cpusAllowed: null,
  cgroupPath: null,
};

function outcome(
  patch: (index: number, frame: number) => Patch<Gpu>,
  {
    flags = PROCESS.flags,
    engine = {},
    count = 3,
  }: { flags?: Record<string, string>; engine?: Patch<Engine>; count?: number } = {},
) {
  const window = aWindow(count, 60, (frame) => ({
    gpus: UUIDS.map((uuid, index) => aFrameGpu({ index, uuid, ...patch(index, frame) })),
    engines: [aFrameEngine({ gpuUuids: UUIDS, process: { ...PROCESS, flags }, ...engine })],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-tp-straggler');
}

const only = (patch: Patch<Gpu>) => (index: number) => (index === 2 ? patch : {});

describe('gpu-tp-straggler', () => {
  it('confirms the one GPU with a lower clock', () => {
    const { finding } = outcome(only({ clocks: { smMhz: 1700 } }));
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed', confidence: 'high' });
    expect(finding?.summary).toBe(
      'Of the GPUs that work in step, GPU-2 runs at 85.9 % of its clock; the others run at 98.5 %.',
    );
    expect(finding?.candidateActions[0]).toEqual({ type: 'gpu-reset-clocks', parameters: {} });
  });

  it('confirms the one GPU with a lower power limit', () => {
    const { finding } = outcome(only({ power: { enforcedLimitWatts: 500 } }));
    expect(finding?.summary).toContain('GPU-2 may draw only 500 W; the others may draw 700 W');
    expect(finding?.candidateActions[0]).toEqual({ type: 'gpu-restore-power-limit', parameters: {} });
  });

  it('confirms the one GPU that is slowed down, but not a slowdown of all', () => {
    const slowed: Patch<Gpu> = { clockEventReasons: ['hw-thermal-slowdown'] };
    expect(outcome(only(slowed)).finding?.summary).toContain('only GPU-2 is slowed down');
    expect(outcome(() => slowed).finding).toBeUndefined();
    expect(outcome(only({ clockEventReasons: ['sw-power-cap'] })).finding).toBeUndefined();
  });

  it('confirms the one GPU whose SMs are busier or less busy than the others', () => {
    const at = (own: number) => (index: number) => ({ profiling: { smActiveRatio: index === 2 ? own : 0.5 } });
    expect(outcome(at(0.75)).finding).toBeDefined();
    expect(outcome(at(0.25)).finding).toBeDefined();
    expect(outcome(at(0.6)).finding).toBeUndefined();
  });

  it('holds from exactly a tenth below the others', () => {
    expect(outcome(only({ power: { enforcedLimitWatts: 630 } })).finding).toBeDefined();
    expect(outcome(only({ power: { enforcedLimitWatts: 631 } })).finding).toBeUndefined();
  });

  it('is high when tokens come too slowly', () => {
    const histogram = (frame: number) => {
      const count = 100 * frame;
      return { upperBounds: [0.1, 1, null], cumulativeCounts: [0, count, count], sum: count, count };
    };
    const window = aWindow(3, 60, (frame) => ({
      gpus: UUIDS.map((uuid, index) => aFrameGpu({ index, uuid, clocks: { smMhz: index === 2 ? 1400 : 1950 } })),
      engines: [
        aFrameEngine({ gpuUuids: UUIDS, process: PROCESS, histograms: { interTokenLatency: histogram(frame) } }),
      ],
    }));
    const analysis = new Analyzer().analyze(window, anAnalysisContext());
    expect(outcomeOf(analysis, 'gpu-tp-straggler').finding?.severity).toBe('high');
  });

  it('takes a slow GPU that changes with every sample for noise', () => {
    const wandering = (index: number, frame: number) => ({ clocks: { smMhz: index === frame ? 1400 : 1950 } });
    expect(outcome(wandering).finding).toBeUndefined();
  });

  it('is less certain where the command line is not known', () => {
    const { finding } = outcome(only({ clocks: { smMhz: 1400 } }), { engine: { process: null } });
    expect(finding?.confidence).toBe('medium');
  });

  it('does not hold while the group is idle', () => {
    const idle = (index: number) => ({ ...only({ clocks: { smMhz: 300 } })(index), utilization: { gpuRatio: 0.1 } });
    expect(outcome(idle)).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('says nothing of pipeline stages, different models and single GPUs', () => {
    const slow = only({ clocks: { smMhz: 1400 } });
    const stages = { 'tensor-parallel-size': '2', 'pipeline-parallel-size': '2' };
    expect(outcome(slow, { flags: stages }).notEvaluated).toContain('tensor-parallel group is not known');
    expect(outcome(only({ name: 'NVIDIA H200' })).notEvaluated).toContain('different models');
    expect(outcome(slow, { flags: {} }).notEvaluated).toContain('no tensor parallelism');
  });

  it('only suspects before its duration', () => {
    expect(outcome(only({ clocks: { smMhz: 1400 } }), { count: 2 }).finding?.state).toBe('suspected');
  });

  it('is not evaluated without the GPUs, their load or their clocks', () => {
    const unknown = outcome(() => ({}), { engine: { gpuUuids: null } });
    expect(unknown.notEvaluated).toContain('engines.gpuUuids');
    expect(outcome(() => ({ utilization: { gpuRatio: null } })).notEvaluated).toContain('gpus.utilization.gpuRatio');
    expect(outcome(only({ clocks: { smMhz: null } })).notEvaluated).toContain('gpus.clocks.smMhz');
  });
});
