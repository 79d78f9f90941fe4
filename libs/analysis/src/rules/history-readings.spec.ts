import { describe, expect, it } from '@jest/globals';
import type { Engine, Gpu, Snapshot } from '@app/core';
import { FRAME_ENGINE_ID, FRAME_GPU_UUID, type Patch, aFrameEngine, aFrameGpu, aWindow } from '@app/testing/analysis';
import {
  type Moment,
  energyJoules,
  engineDelta,
  joulesPerToken,
  objectiveMargin,
  percentile,
} from './history-readings.js';

function moments(gpu: (frame: number) => Patch<Gpu>, engine: (frame: number) => Patch<Engine> = () => ({})): Moment[] {
  const window = aWindow(3, 60, (frame) => ({ gpus: [aFrameGpu(gpu(frame))], engines: [aFrameEngine(engine(frame))] }));
  return window.map((snapshot: Snapshot) => ({ atMs: Date.parse(snapshot.collectedAt), snapshot }));
}

const tokens = ({ counters }: Engine) => counters.generationTokens;

describe('readings over a history', () => {
  it('takes the value at the nearest rank', () => {
    expect(percentile([5, 1, 3, 2, 4], 0.5)).toBe(3);
    expect(percentile([1, 2], 0.95)).toBe(2);
    expect(percentile([], 0.95)).toBeNull();
  });

  it('prefers the energy counter to the draw, and knows neither without both', () => {
    const counted = moments((frame) => ({ energyJoules: 1000 + frame * 500, power: { drawWatts: 1 } }));
    expect(energyJoules(counted, FRAME_GPU_UUID)).toBe(1000);
    expect(
      energyJoules(
        moments(() => ({ power: { drawWatts: 100 } })),
        FRAME_GPU_UUID,
      ),
    ).toBe(12_000);
    expect(
      energyJoules(
        moments(() => ({ power: { drawWatts: null } })),
        FRAME_GPU_UUID,
      ),
    ).toBeNull();
    expect(energyJoules(counted, 'GPU-unknown')).toBeNull();
  });

  it('falls back to the draw for the interval in which the counter started anew', () => {
    const reloaded = moments((frame) => ({ energyJoules: [900, 100, 400][frame] ?? null, power: { drawWatts: 10 } }));
    expect(energyJoules(reloaded, FRAME_GPU_UUID)).toBe(600 + 300);
  });

  it('loses only the interval of a restart', () => {
    const restarted = moments(
      () => ({}),
      (frame) => ({ counters: { generationTokens: [500, 20, 50][frame] ?? null } }),
    );
    expect(engineDelta(restarted, FRAME_ENGINE_ID, tokens)).toBe(30);
    expect(engineDelta(restarted, 'unknown', tokens)).toBeNull();
  });

  it('has no energy per token where nothing was generated', () => {
    const serving = moments(
      () => ({ power: { drawWatts: 100 } }),
      (frame) => ({ counters: { generationTokens: frame * 600 } }),
    );
    expect(joulesPerToken(serving, aFrameEngine())).toBe(10);
    expect(
      joulesPerToken(
        moments(() => ({})),
        aFrameEngine(),
      ),
    ).toBeNull();
  });

  it('measures the margin by the bucket that certainly holds the p95', () => {
    const histogram = (below: number) => (frame: number) => {
      const cumulativeCounts = [below * frame, 100 * frame, 100 * frame];
      return { histograms: { ttft: { upperBounds: [0.5, 1, null], cumulativeCounts, sum: 1, count: 100 * frame } } };
    };
    const margin = (below: number) =>
      objectiveMargin(
        moments(() => ({}), histogram(below)),
        FRAME_ENGINE_ID,
        'ttft',
        2,
      );
    expect(margin(95)).toBe(0.75);
    expect(margin(94)).toBe(0.5);
    expect(
      objectiveMargin(
        moments(() => ({})),
        FRAME_ENGINE_ID,
        'ttft',
        2,
      ),
    ).toBeNull();
  });
});
