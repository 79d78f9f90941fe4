import { describe, expect, it } from '@jest/globals';
import { FRAME_ENGINE_ID, FRAME_EPOCH_MS, aFrame, aFrameEngine } from '@app/testing/analysis';
import { SloBreaches } from './slo-breaches.js';

const SLO = { ttftP95Seconds: 2, itlP95Seconds: 0 };

function ttftOf(counts: readonly (readonly number[])[], upperBounds: readonly (number | null)[] = [1, 2.5, null]) {
  const frames = counts.map((cumulativeCounts, frame) => {
    const histogram = { upperBounds, cumulativeCounts, sum: null, count: cumulativeCounts.at(-1) ?? null };
    return aFrame(frame * 60, { engines: [aFrameEngine({ histograms: { ttft: histogram } })] });
  });
  return new SloBreaches(frames, SLO).ttft(FRAME_ENGINE_ID, FRAME_EPOCH_MS);
}

describe('SloBreaches', () => {
  it('uses the next higher bucket bound, so that a breach is certain', () => {
    expect(
      ttftOf([
        [0, 0, 0],
        [10, 90, 100],
      ]),
    ).toMatchObject({ boundSeconds: 2.5, shareAbove: 0.1, breached: true });
  });

  it('is no breach at exactly 5 %', () => {
    expect(
      ttftOf([
        [0, 0, 0],
        [0, 95, 100],
      ])?.breached,
    ).toBe(false);
    expect(
      ttftOf([
        [0, 0, 0],
        [0, 94, 100],
      ])?.breached,
    ).toBe(true);
  });

  it('needs twenty observations', () => {
    expect(
      ttftOf([
        [0, 0, 0],
        [0, 0, 19],
      ]),
    ).toBeNull();
    expect(
      ttftOf([
        [0, 0, 0],
        [0, 0, 20],
      ])?.observations,
    ).toBe(20);
  });

  it('counts only what was observed in the window, and drops the interval of a restart', () => {
    expect(ttftOf([[0, 500, 1000]])).toBeNull();
    expect(
      ttftOf([
        [0, 500, 1000],
        [0, 10, 10],
        [0, 40, 40],
      ]),
    ).toMatchObject({ observations: 30, shareAbove: 0 });
  });

  it('can not tell without a bound at or above the objective, or without an objective', () => {
    expect(
      ttftOf(
        [
          [0, 0],
          [0, 100],
        ],
        [1, null],
      ),
    ).toBeNull();
    expect(new SloBreaches([], SLO).interTokenLatency(FRAME_ENGINE_ID, 0)).toBeNull();
  });
});
