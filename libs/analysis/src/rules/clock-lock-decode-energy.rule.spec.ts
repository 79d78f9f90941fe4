import { describe, expect, it } from '@jest/globals';
import type { Engine, Gpu, HistogramReading } from '@app/core';
import { type Patch, aFrameEngine, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const DECODING: Patch<Gpu> = {
  power: { drawWatts: 300 },
  profiling: { dramActiveRatio: 0.6, tensorActiveRatio: 0.1 },
};

function histogram(frame: number, bound: number): HistogramReading {
  const count = 100 * (frame + 1);
  return { upperBounds: [bound, 10, null], cumulativeCounts: [count, count, count], sum: count * bound, count };
}

interface Options {
  readonly gpu?: Patch<Gpu>;
  readonly engine?: (frame: number) => Patch<Engine>;
  readonly tokens?: readonly [number, number];
  readonly itlBound?: number;
  readonly count?: number;
}

function outcome({ gpu = {}, engine = () => ({}), tokens = [1000, 5000], itlBound = 0.05, count = 31 }: Options) {
  const window = aWindow(count, 60, (frame) => ({
    gpus: [aFrameGpu({ ...DECODING, ...gpu })],
    engines: [
      aFrameEngine({
        counters: { promptTokens: frame * tokens[0], generationTokens: frame * tokens[1] },
        histograms: { interTokenLatency: histogram(frame, itlBound) },
        ...engine(frame),
      }),
    ],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'clock-lock-decode-energy');
}

describe('clock-lock-decode-energy', () => {
  it('confirms a GPU that decodes at full clock, and proposes one step down', () => {
    const { finding } = outcome({});
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed', confidence: 'high' });
    expect(finding?.candidateActions).toEqual([
      { type: 'gpu-lock-clocks', parameters: { minMhz: 1188, maxMhz: 1881 } },
    ]);
  });

  it('is only a hint without profiling', () => {
    const { finding } = outcome({ gpu: { profiling: {} } });
    expect(finding).toMatchObject({ severity: 'info', confidence: 'low', candidateActions: [] });
  });

  it('holds from exactly as many generated as computed prompt tokens', () => {
    expect(outcome({ tokens: [5000, 5000] }).finding).toBeDefined();
    expect(outcome({ tokens: [5001, 5000] }).finding).toBeUndefined();
    const cached = (frame: number) => ({
      counters: { promptTokens: frame * 9000, generationTokens: frame * 5000, prefixCacheHits: frame * 4000 },
    });
    expect(outcome({ engine: cached }).finding).toBeDefined();
  });

  it('takes a small share of prefill in the time for decoding as well', () => {
    const times = (frame: number) => ({
      counters: { promptTokens: frame * 9000, generationTokens: frame * 5000 },
      histograms: {
        interTokenLatency: histogram(frame, 0.05),
        prefillTime: histogram(frame, 1),
        decodeTime: histogram(frame, 5),
      },
    });
    expect(outcome({ engine: times }).finding).toBeDefined();
  });

  it.each<[string, Options]>([
    ['it draws more than 60 % of its limit', { gpu: { power: { drawWatts: 421 } } }],
    ['memory does not set the pace', { gpu: { profiling: { dramActiveRatio: 0.39, tensorActiveRatio: 0.1 } } }],
    ['compute sets the pace', { gpu: { profiling: { dramActiveRatio: 0.6, tensorActiveRatio: 0.3 } } }],
    ['its clock is lowered already', { gpu: { clocks: { smMhz: 1880 } } }],
    ['the objective is near', { itlBound: 0.075 }],
  ])('does not hold when %s', (_, options) => {
    expect(outcome(options)).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('holds at exactly 60 % of the limit and 95 % of the clock', () => {
    expect(outcome({ gpu: { power: { drawWatts: 420 }, clocks: { smMhz: 1881 } } }).finding).toBeDefined();
  });

  it('says nothing of a GPU that others share', () => {
    expect(outcome({ gpu: { virtualizationMode: 'VGPU' } }).notEvaluated).toContain('virtual GPU');
  });

  it('does not judge in less than half an hour', () => {
    expect(outcome({ count: 30 }).notEvaluated).toContain('needs 1800 s of history');
  });

  it.each<[string, Options]>([
    ['gpus.power.drawWatts', { gpu: { power: { drawWatts: null } } }],
    ['gpus.clocks.maxSmMhz', { gpu: { clocks: { maxSmMhz: null } } }],
    ['engines.counters.generationTokens', { engine: () => ({ counters: { generationTokens: null } }) }],
    ['engines.histograms.interTokenLatency', { engine: () => ({ histograms: { interTokenLatency: null } }) }],
  ])('is not evaluated without %s', (signal, options) => {
    expect(outcome(options).notEvaluated).toContain(signal);
  });
});
