import { describe, expect, it } from '@jest/globals';
import type { Engine, Gpu, HistogramReading } from '@app/core';
import { type Patch, aFrameEngine, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const SIX_HOURS = 361;

/** Ten observations a frame, all of them up to the bound. */
function histogram(frame: number, bound: number): HistogramReading {
  const count = 10 * (frame + 1);
  return { upperBounds: [bound, 10, null], cumulativeCounts: [count, count, count], sum: count * bound, count };
}

interface Options {
  readonly gpu?: (frame: number) => Patch<Gpu>;
  readonly engine?: (frame: number) => Patch<Engine>;
  readonly ttftBound?: number;
  readonly count?: number;
}

function outcome({ gpu = () => ({}), engine = () => ({}), ttftBound = 0.5, count = SIX_HOURS }: Options) {
  const window = aWindow(count, 60, (frame) => ({
    gpus: [aFrameGpu({ utilization: { gpuRatio: 0.2 }, power: { drawWatts: 200 }, ...gpu(frame) })],
    engines: [
      aFrameEngine({
        requestsRunning: 1,
        histograms: { ttft: histogram(frame, ttftBound), interTokenLatency: histogram(frame, 0.025) },
        ...engine(frame),
      }),
    ],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-overprovisioned');
}

describe('gpu-overprovisioned', () => {
  it('confirms an engine that used little of its GPU for six hours', () => {
    const { finding } = outcome({});
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed', confidence: 'medium' });
    expect(finding?.summary).toContain('used 20 % of the time of its GPU');
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ signal: 'derived.gpuHours', value: 6 }));
  });

  it('needs six hours of history', () => {
    expect(outcome({ count: SIX_HOURS - 1 }).notEvaluated).toContain('needs 21600 s of history');
  });

  it('holds up to exactly 30 % utilization in the busiest hour', () => {
    const busyHour = (ratio: number) => (frame: number) => ({ utilization: { gpuRatio: frame < 60 ? ratio : 0.05 } });
    expect(outcome({ gpu: busyHour(0.3) }).finding).toBeDefined();
    expect(outcome({ gpu: busyHour(0.31) }).finding).toBeUndefined();
  });

  it.each<[string, Options]>([
    ['it draws much', { gpu: () => ({ power: { drawWatts: 300 } }) }],
    ['its SMs are active', { gpu: () => ({ profiling: { smActiveRatio: 0.25 } }) }],
    ['it runs many requests', { engine: () => ({ requestsRunning: 3 }) }],
    ['the objective is met without much margin', { ttftBound: 1.5 }],
    ['the GPU is slowed down', { gpu: () => ({ clockEventReasons: ['sw-thermal-slowdown'] }) }],
  ])('does not hold when %s', (_, options) => {
    expect(outcome(options)).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('says nothing of a model that is spread over GPUs', () => {
    const process: Engine['process'] = {
      pid: 10,
      pids: [10],
      flags: { 'tensor-parallel-size': '2' },
      cpuCores: null,
      treeCpuCores: null,
      residentBytes: null,
      cpusAllowed: null,
      cgroupPath: null,
    };
    expect(outcome({ engine: () => ({ process }) }).notEvaluated).toContain('size of the model');
  });

  it('starts anew after a restart of the engine', () => {
    const restarted = (frame: number) => ({ counters: { promptTokens: frame < 300 ? 5000 : 10 } });
    expect(outcome({ engine: restarted }).notEvaluated).toContain('since the last restart');
  });

  it.each<[string, Options]>([
    ['gpus.utilization.gpuRatio', { gpu: () => ({ utilization: { gpuRatio: null } }) }],
    ['gpus.power.drawWatts', { gpu: () => ({ power: { drawWatts: null } }) }],
    ['engines.histograms.ttft', { engine: () => ({ histograms: { ttft: null } }) }],
    ['engines.gpuUuids', { engine: () => ({ gpuUuids: null }) }],
  ])('is not evaluated without %s', (signal, options) => {
    expect(outcome(options).notEvaluated).toContain(signal);
  });
});
