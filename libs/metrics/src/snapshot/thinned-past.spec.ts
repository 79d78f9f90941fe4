import { describe, expect, it } from '@jest/globals';
import { aFrame, FRAME_EPOCH_MS } from '@app/testing/analysis';
import { ThinnedPast } from './thinned-past.js';

const MINUTE = 60;
const secondsOf = (past: ThinnedPast): number[] =>
  past.all().map(({ collectedAt }) => (Date.parse(collectedAt) - FRAME_EPOCH_MS) / 1000);

describe('ThinnedPast', () => {
  it('keeps the last sample of each minute', () => {
    const past = new ThinnedPast();
    for (const second of [0, 10, 50, 60, 110, 120]) past.add(aFrame(second));

    expect(secondsOf(past)).toEqual([50, 110, 120]);
  });

  it('keeps one in five minutes of what is older than an hour, and nothing older than the longest look back', () => {
    const past = new ThinnedPast();
    for (let minute = 0; minute <= 8 * 60; minute += 1) past.add(aFrame(minute * MINUTE));
    const seconds = secondsOf(past);
    const lastHour = seconds.filter((second) => second > 7 * 60 * MINUTE);
    const before = seconds.filter((second) => second <= 7 * 60 * MINUTE);

    expect(lastHour).toHaveLength(60);
    expect(before.every((second) => second % (5 * MINUTE) === 4 * MINUTE || second === 7 * 60 * MINUTE)).toBe(true);
    expect(before.length).toBeGreaterThanOrEqual(65);
    expect(seconds[0]).toBeGreaterThan((8 * 60 - 390) * MINUTE);
  });
});
