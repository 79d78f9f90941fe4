import type { SignalSamples } from '@app/core';
import { describe, expect, it } from '@jest/globals';
import { aNoisySeries, type NoisySeries, seededRandom } from '@app/testing/analysis';
import fc from 'fast-check';
import { type Comparison, compareSamples } from './compare-samples.js';

const MINIMUM = 0.05;

function samples(values: readonly number[], patch: Partial<SignalSamples> = {}): SignalSamples {
  return {
    signal: 'engines.generationTokensPerSecond',
    role: 'target',
    better: 'up',
    minimumChangeRatio: MINIMUM,
    across: 'sum',
    values,
    samples: values.length,
    ...patch,
  };
}

function compare(before: readonly number[], after: readonly number[], patch: Partial<SignalSamples> = {}): Comparison {
  const own = { better: patch.better ?? 'up', minimumChangeRatio: patch.minimumChangeRatio ?? MINIMUM };
  return compareSamples(samples(before, own), samples(after, own), 3);
}

const times = (count: number, value: number) => Array.from({ length: count }, () => value);
const ABOUT_100 = [100, 101, 99, 100.5, 99.5, 100.2, 99.8, 100];
const scaled = (values: readonly number[], factor: number) => values.map((value) => value * factor);

describe('compareSamples', () => {
  it.each([
    ['a steady rise of what should rise', times(8, 900), times(8, 1980), 'improved', 1.2],
    ['a steady fall of it', times(8, 1980), times(8, 900), 'regressed', -0.545],
    ['no change at all', times(8, 900), times(8, 900), 'neutral', 0],
    ['a sure rise that is too small to name', ABOUT_100, scaled(ABOUT_100, 1.03), 'neutral', 0.03],
    ['a sure fall that is too small to name', ABOUT_100, scaled(ABOUT_100, 0.97), 'neutral', -0.03],
    [
      'a rise within the noise',
      [80, 120, 95, 130, 70, 110, 90, 105],
      [85, 125, 100, 140, 75, 115, 95, 112],
      'inconclusive',
      0.06,
    ],
    ['one wild value among steady ones', ABOUT_100, [100, 101, 99, 900, 99.5, 100, 100, 99.8], 'neutral', 0],
    ['a fall with one wild value in it', ABOUT_100, [80, 81, 79, 900, 80.5, 79.5, 80, 80], 'regressed', -0.2],
  ] as const)('%s', (_, before, after, verdict, changeRatio) => {
    const comparison = compare(before, after);
    expect(comparison.verdict).toBe(verdict);
    expect(comparison.changeRatio).toBeCloseTo(changeRatio, 2);
    expect(compare(before, after, { better: 'down' }).verdict).toBe(
      { improved: 'regressed', regressed: 'improved', neutral: 'neutral', inconclusive: 'inconclusive' }[verdict],
    );
  });

  it.each([
    ['before', times(2, 100), times(8, 200), 'before'],
    ['after', times(8, 100), times(2, 200), 'after'],
    ['on both sides', [], [], 'both'],
  ] as const)('says nothing with fewer than three values %s', (_, before, after, lacks) => {
    expect(compare(before, after)).toMatchObject({ verdict: 'inconclusive', lacks });
  });

  it('says nothing of a signal that has fallen silent after a few values', () => {
    const after = samples(times(3, 200), { samples: 8 });
    expect(compareSamples(samples(times(8, 100)), after, 3)).toMatchObject({ verdict: 'inconclusive', lacks: 'after' });
    const rare = samples(times(3, 100), { samples: 8 });
    expect(compareSamples(rare, after, 3)).toMatchObject({ verdict: 'improved', lacks: null });
  });

  it.each([
    ['nothing becomes something', times(8, 0), times(8, 3), 'regressed'],
    ['nothing stays nothing', times(8, 0), times(8, 0), 'neutral'],
    ['nothing stays nothing but for once', times(8, 0), [0, 0, 0, 0.2, 0, 0, 0, 0], 'neutral'],
    ['next to nothing becomes something', times(8, 1e-12), times(8, 3), 'regressed'],
  ] as const)('does not divide by nothing: %s', (_, before, after, verdict) => {
    expect(compare(before, after, { better: 'down' })).toMatchObject({ verdict, changeRatio: null });
  });

  it('counts a rise from below zero as one', () => {
    expect(compare(times(8, -10), times(8, -5))).toMatchObject({ verdict: 'improved', changeRatio: 0.5 });
  });

  it.each([
    ['three values far apart', times(8, 100), [60, 61, 62], true],
    ['three values on either side far apart', [100, 101, 99], [60, 61, 62], true],
    ['three values that may be chance', ABOUT_100, [93, 98, 92], false],
    ['two values, however far', times(8, 100), [1, 1], false],
    ['three of a signal that varies as much', [60, 140, 100, 80, 120, 90, 110, 100], [55, 58, 52], false],
    ['four clearly lower', ABOUT_100, [93, 92, 91, 92], true],
  ] as const)('alarms before the end only when it is certain: %s', (_, before, after, isAlarming) => {
    expect(compare(before, after).isAlarming).toBe(isAlarming);
  });

  it('takes a likely harm for suspect and no more', () => {
    const comparison = compare([100, 104, 98, 107, 95, 102, 99, 101], [94, 96, 101, 90, 93, 95, 99, 92]);
    expect(comparison).toMatchObject({ verdict: 'inconclusive', isSuspect: true, isAlarming: false });
  });

  it('does not depend on the unit', () => {
    const ratio = fc.double({ min: 0.5, max: 2, noNaN: true });
    fc.assert(
      fc.property(fc.nat(), ratio, fc.constantFrom(1e-9, 1e-3, 1000, 1024 ** 3), (seed, change, unit) => {
        const random = seededRandom(seed);
        const before = aNoisySeries(random, { count: 8, level: 1, noiseRatio: 0.08 });
        const after = aNoisySeries(random, { count: 8, level: change, noiseRatio: 0.08 });
        expect(compare(scaled(before, unit), scaled(after, unit)).verdict).toBe(compare(before, after).verdict);
      }),
      { seed: 11, numRuns: 60 },
    );
  });
});

type Tally = Record<Comparison['verdict'] | 'alarm', number>;

/**
 * Shares of the verdicts over pairs of random windows, the second of them shifted by so many times the noise. So few
 * pairs are off by a percent; over 15,000 it is 96.4 % that find three times the noise in eight independent values, and
 * without a shift 0.2 % that are called worse, 1.1 % where each value keeps 0.3 of the deviation before it.
 */
function tally(series: Omit<NoisySeries, 'level'>, shift: number, runs: number, minimumChangeRatio = MINIMUM): Tally {
  const random = seededRandom(7);
  const counts: Tally = { improved: 0, neutral: 0, regressed: 0, inconclusive: 0, alarm: 0 };
  for (let run = 0; run < runs; run += 1) {
    const before = aNoisySeries(random, { ...series, level: 1000 });
    const after = aNoisySeries(random, { ...series, level: 1000 }).map(
      (value) => value + shift * series.noiseRatio * 1000,
    );
    const { verdict, isAlarming } = compare(before, after, { minimumChangeRatio });
    counts[verdict] += 1;
    if (isAlarming) counts.alarm += 1;
  }
  for (const name of Object.keys(counts) as (keyof Tally)[]) counts[name] /= runs;
  return counts;
}

describe('compareSamples over random windows', () => {
  it.each([
    [8, 0.01, 0],
    [8, 0.1, 0],
    [8, 0.3, 0],
    [8, 0.3, 0.3],
    [5, 0.3, 0],
    [3, 0.3, 0],
    [20, 0.3, 0.5],
  ])(
    'of %d values with noise %d and autocorrelation %d calls no change a change in less than one of fifty',
    (count, noiseRatio, autocorrelation) => {
      const shares = tally({ count, noiseRatio, autocorrelation }, 0, 400);
      expect(shares.regressed).toBeLessThan(0.02);
      expect(shares.improved).toBeLessThan(0.02);
      expect(shares.alarm).toBeLessThan(0.02);
    },
  );

  it.each([
    [8, 0.05, 0],
    [8, 0.3, 0],
    [20, 0.1, 0.5],
  ])(
    'of %d values with noise %d and autocorrelation %d finds three times the noise in 95 of 100',
    (count, noiseRatio, autocorrelation) => {
      expect(tally({ count, noiseRatio, autocorrelation }, -3, 300).regressed).toBeGreaterThanOrEqual(0.95);
      expect(tally({ count, noiseRatio, autocorrelation }, 3, 300).improved).toBeGreaterThanOrEqual(0.95);
    },
  );

  it('finds twice the smallest change worth naming where there is little noise', () => {
    expect(tally({ count: 8, noiseRatio: 0.02 }, -5, 100).regressed).toBeGreaterThanOrEqual(0.98);
  });

  it('does not call harmless what it could not have seen', () => {
    expect(tally({ count: 8, noiseRatio: 0.3 }, -0.5, 150).neutral).toBeLessThan(0.05);
    expect(tally({ count: 8, noiseRatio: 0.01 }, 0, 100).neutral).toBe(1);
  });

  it('seldom alarms over all looks of a window in which nothing happens', () => {
    const random = seededRandom(99);
    let alarms = 0;
    for (let run = 0; run < 150; run += 1) {
      const before = aNoisySeries(random, { count: 8, level: 1000, noiseRatio: 0.1 });
      const after = aNoisySeries(random, { count: 8, level: 1000, noiseRatio: 0.1 });
      const looks = [3, 4, 5, 6, 7, 8].map((count) => compare(before, after.slice(0, count)).isAlarming);
      if (looks.includes(true)) alarms += 1;
    }
    expect(alarms / 150).toBeLessThan(0.02);
  });
});
