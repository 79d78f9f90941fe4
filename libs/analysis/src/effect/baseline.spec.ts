import type { Analysis, Engine, Snapshot } from '@app/core';
import { describe, expect, it } from '@jest/globals';
import {
  aFrame,
  aFrameEngine,
  aFrameHistogram,
  FRAME_ENGINE_ID,
  FRAME_GPU_UUID,
  frameTime,
  type Patch,
} from '@app/testing/analysis';
import { takeBaseline } from './baseline.js';

const REACH = { gpus: [FRAME_GPU_UUID], engines: [FRAME_ENGINE_ID], caches: [], host: 'local' };
const ANALYSIS = {
  analyzedAt: frameTime(99),
  findings: [
    { id: 'a:gpu', ruleId: 'a', severity: 'high', state: 'confirmed', title: 'A' },
    { id: 'b:gpu', ruleId: 'b', severity: 'low', state: 'suspected', title: 'B' },
  ],
} as unknown as Analysis;
const IDLE = { requestsRunning: 0, requestsWaiting: 0, requestsPerSecond: 0, generationTokensPerSecond: 0 };

function baselineOf(engines: readonly Patch<Engine>[], reach = REACH) {
  return baselineOver(
    engines.map((engine, index) => aFrame(index * 15, { engines: [aFrameEngine(engine)] })),
    reach,
  );
}

function baselineOver(snapshots: readonly Snapshot[], reach = REACH) {
  const slo = { ttftP95Seconds: 2, itlP95Seconds: 0.1 };
  return takeBaseline({ snapshots, analysis: ANALYSIS, watched: [], reach, slo });
}

function http(httpRequests: number, httpServerErrors: number) {
  return { httpRequests, httpServerErrors };
}

function finished(requestsSucceeded: number, requestsErrored: number, requestsAborted: number) {
  return { requestsSucceeded, requestsErrored, requestsAborted };
}

describe('takeBaseline', () => {
  it('keeps the window, what was confirmed then, and what the action reaches', () => {
    expect(baselineOf([{}, {}, {}])).toMatchObject({
      fromAt: frameTime(0),
      toAt: frameTime(30),
      reach: REACH,
      findings: [{ id: 'a:gpu', ruleId: 'a', severity: 'high' }],
    });
  });

  it('has the time of the analysis where there is no sample', () => {
    expect(baselineOf([])).toMatchObject({
      ...{ fromAt: frameTime(99), toAt: frameTime(99), signals: [] },
      ...{ errorRatio: null, hadRequests: null, metTtftSlo: null, metItlSlo: null },
    });
  });

  it('keeps the values of what is watched', () => {
    const signal = 'engines.generationTokensPerSecond';
    const watched = [{ signal, role: 'target', better: 'up', minimumChangeRatio: 0.1, across: 'sum' }] as const;
    const snapshots = [5, 7].map((tokens, index) =>
      aFrame(index * 15, { engines: [aFrameEngine({ generationTokensPerSecond: tokens })] }),
    );
    const slo = { ttftP95Seconds: 0, itlP95Seconds: 0 };
    const { signals } = takeBaseline({ snapshots, analysis: ANALYSIS, watched, reach: REACH, slo });
    expect(signals).toEqual([{ ...watched[0], values: [5, 7], samples: 2 }]);
  });

  it.each([
    ['kept', [100, 0, 0], true],
    ['missed', [80, 0, 20], false],
    ['not to be told from so few', [10, 0, 0], null],
  ] as const)('knows that the objective was %s', (_, observations, met) => {
    const empty = aFrameHistogram([1, 2], [0, 0, 0]);
    const histograms = [empty, aFrameHistogram([1, 2], observations)];
    expect(baselineOf(histograms.map((ttft) => ({ histograms: { ttft } })))).toMatchObject({
      metTtftSlo: met,
      metItlSlo: null,
    });
  });

  it.each<[string, Partial<Engine['counters']>[], number | null]>([
    ['of the HTTP server', [http(0, 0), http(50, 5)], 0.1],
    ['of the engine, aborts included', [finished(0, 0, 0), finished(50, 5, 5)], 0.2],
    [
      'of both, the larger',
      [
        { ...http(0, 0), ...finished(0, 0, 0) },
        { ...http(50, 20), ...finished(50, 5, 0) },
      ],
      0.4,
    ],
    ['over a restart', [http(0, 0), http(50, 10), http(5, 5), http(55, 5)], 0.1],
    ['of no requests', [http(9, 5), http(9, 5)], null],
    ['that nobody counts', [{}, {}], null],
  ])('knows the share of failed requests %s', (_, counters, ratio) => {
    const { errorRatio } = baselineOf(counters.map((patch) => ({ counters: patch })));
    if (ratio === null) expect(errorRatio).toBeNull();
    else expect(errorRatio).toBeCloseTo(ratio);
  });

  it.each<[string, Patch<Engine>[], boolean | null]>([
    ['running ones', [IDLE, { ...IDLE, requestsRunning: 1 }], true],
    ['waiting ones', [{ ...IDLE, requestsWaiting: 1 }, IDLE], true],
    ['ones between two samples', [IDLE, { ...IDLE, counters: { requestsSucceeded: 101 } }], true],
    ['none in any sample', [IDLE, IDLE, IDLE], false],
    ['none as far as can be told', [IDLE, { ...IDLE, up: false }, IDLE], null],
    ['none that are counted', [{ ...IDLE, requestsRunning: null }, IDLE], null],
  ])('knows whether there were requests: %s', (_, engines, hadRequests) => {
    expect(baselineOf(engines).hadRequests).toBe(hadRequests);
  });

  it('knows nothing of requests without an engine in reach', () => {
    expect(baselineOf([{}, {}], { ...REACH, engines: [] })).toMatchObject({ hadRequests: null, errorRatio: null });
    const unread = aFrame(0, { sections: { engines: { status: 'timeout' } } });
    expect(baselineOver([unread]).hadRequests).toBeNull();
  });
});
