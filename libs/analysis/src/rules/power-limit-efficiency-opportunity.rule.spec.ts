import { describe, expect, it } from '@jest/globals';
import type { Engine, Gpu, HistogramReading } from '@app/core';
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

function histogram(frame: number, bound: number): HistogramReading {
  const count = 10 * (frame + 1);
  return { upperBounds: [bound, 10, null], cumulativeCounts: [count, count, count], sum: count * bound, count };
}

interface Options {
  readonly gpu?: (frame: number) => Patch<Gpu>;
  readonly engine?: (frame: number) => Patch<Engine>;
  readonly peers?: readonly Gpu[];
  readonly tokens?: readonly [number, number];
  readonly ttftBound?: number;
  readonly count?: number;
}

function outcome(options: Options) {
  const { gpu = () => ({}), engine = () => ({}), peers = [], tokens = [20_000, 2000], ttftBound = 1 } = options;
  const window = aWindow(options.count ?? 31, 60, (frame) => ({
    gpus: [aFrameGpu({ power: { drawWatts: 650 }, ...gpu(frame) }), ...peers],
    engines: [
      aFrameEngine({
        gpuUuids: [FRAME_GPU_UUID, ...peers.flatMap(({ uuid }) => uuid ?? [])],
        counters: { promptTokens: frame * tokens[0], generationTokens: frame * tokens[1] },
        histograms: { ttft: histogram(frame, ttftBound) },
        ...engine(frame),
      }),
    ],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'power-limit-efficiency-opportunity');
}

describe('power-limit-efficiency-opportunity', () => {
  it('confirms prompts at full power with time to spare, and proposes one step down', () => {
    const { finding } = outcome({});
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed' });
    expect(finding?.candidateActions).toEqual([{ type: 'gpu-set-power-limit', parameters: { watts: 665 } }]);
    const joules = finding?.evidence.find(({ signal }) => signal === 'derived.joulesPerToken');
    expect(joules?.value).toBeCloseTo((650 * 60) / 2000);
  });

  it('proposes no step below what the device allows', () => {
    expect(
      outcome({ gpu: () => ({ power: { drawWatts: 650, minLimitWatts: 680 } }) }).finding?.candidateActions,
    ).toEqual([]);
  });

  it('holds from exactly 90 % of the limit in half of the busy time', () => {
    const at = (draw: number) => outcome({ gpu: (frame) => ({ power: { drawWatts: frame % 2 === 0 ? draw : 100 } }) });
    expect(at(630).finding).toBeDefined();
    expect(at(629).finding).toBeUndefined();
  });

  it('holds from exactly ten prompt tokens per generated token', () => {
    expect(outcome({ tokens: [20_000, 2000] }).finding).toBeDefined();
    expect(outcome({ tokens: [19_999, 2000] }).finding).toBeUndefined();
  });

  it.each<[string, Options]>([
    ['the objective is near', { ttftBound: 1.5 }],
    ['the limit is lowered already', { gpu: () => ({ power: { enforcedLimitWatts: 600, drawWatts: 590 } }) }],
    ['heat slows the GPU down', { gpu: () => ({ clockEventReasons: ['sw-thermal-slowdown'] }) }],
    ['the group has unequal limits', { peers: [aFrameGpu({ uuid: 'GPU-two', power: { enforcedLimitWatts: 600 } })] }],
    ['the GPU is never busy', { gpu: () => ({ utilization: { gpuRatio: 0.1 } }) }],
  ])('does not hold when %s', (_, options) => {
    expect(outcome(options).finding).toBeUndefined();
  });

  it('says nothing of a GPU that others share', () => {
    expect(outcome({ gpu: () => ({ virtualizationMode: 'Pass-Through' }) }).notEvaluated).toContain('virtual GPU');
    expect(outcome({ gpu: () => ({ mig: { mode: true } }) }).notEvaluated).toContain('MIG');
  });

  it('does not judge in less than half an hour', () => {
    expect(outcome({ count: 30 }).notEvaluated).toContain('needs 1800 s of history');
  });

  it.each<[string, Options]>([
    ['gpus.power.drawWatts', { gpu: () => ({ power: { drawWatts: null } }) }],
    ['gpus.power.defaultLimitWatts', { gpu: () => ({ power: { defaultLimitWatts: null } }) }],
    ['engines.gpuUuids', { engine: () => ({ gpuUuids: null }) }],
    ['engines.counters.promptTokens', { engine: () => ({ counters: { promptTokens: null } }) }],
    ['engines.histograms.ttft', { engine: () => ({ histograms: { ttft: null } }) }],
  ])('is not evaluated without %s', (signal, options) => {
    expect(outcome(options).notEvaluated).toContain(signal);
  });
});
