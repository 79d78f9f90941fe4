import { describe, expect, it } from '@jest/globals';
import { aFrame } from '@app/testing/analysis';
import { lookBack, rememberedLookBack } from './look-back.js';
import type { RuleSample } from './rule.js';

/** Samples of a counter, 15 s apart; the newest. */
function samples(...counts: number[]): RuleSample<number> {
  const last = counts.reduce<RuleSample<number> | null>((previous, state, index) => {
    const snapshot = aFrame(index * 15);
    return {
      at: snapshot.collectedAt,
      atMs: Date.parse(snapshot.collectedAt),
      firstAtMs: Date.parse(aFrame(0).collectedAt),
      subject: { kind: 'host', id: 'local', label: 'local' },
      snapshot,
      state,
      previous,
      restart: null,
      restarts: [],
      remembered: [],
    };
  }, null);
  if (!last) throw new Error('no samples');
  return last;
}
const fell = (before: number, after: number) => after < before;

describe('lookBack', () => {
  it.each([
    [0, 5, 15],
    [15, 5, 15],
    [16, 4, 30],
    [60, 2, 60],
    [9999, 1, 75],
  ])('goes back at least %d seconds where it can', (seconds, state, span) => {
    expect(lookBack(samples(1, 2, 3, 4, 5, 6), seconds)).toMatchObject({
      start: { state },
      seconds: span,
      isCut: false,
    });
  });

  it('stops where the subject began anew, and says so', () => {
    expect(lookBack(samples(7, 8, 1, 2, 3), 60, fell)).toMatchObject({ start: { state: 1 }, seconds: 30, isCut: true });
  });

  it('finds nothing from the first sample on, nor from the first of a new life', () => {
    expect(lookBack(samples(1), 60)).toBeNull();
    expect(lookBack(samples(7, 1), 60, fell)).toBeNull();
  });
});

describe('rememberedLookBack', () => {
  it.each([0, 15, 16, 30, 60, 9999])(
    'goes back as far as lookBack does over %d seconds, from every sample',
    (seconds) => {
      const remembered = rememberedLookBack(fell);
      const newest = samples(7, 8, 1, 2, 3, 2, 4, 5, 6);
      for (let at: RuleSample<number> | null = newest; at !== null; at = at.previous) {
        expect(remembered(at, seconds)).toEqual(lookBack(at, seconds, fell));
      }
    },
  );

  it('compares two samples once, from whichever later ones it is asked', () => {
    const compared: string[] = [];
    const remembered = rememberedLookBack((before: number, after: number) => {
      compared.push(`${before} ${after}`);
      return fell(before, after);
    });
    const newest = samples(1, 2, 3, 4);
    for (const at of [newest.previous, newest, newest]) if (at) remembered(at, 60);
    expect(compared).toEqual(['2 3', '1 2', '3 4']);
  });
});
