import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mannWhitney, medianOf, shiftBetween } from './mann-whitney.js';
import { binomialUpperTail, normalUpperTail } from './tails.js';

const upTo = (count: number, of: (index: number) => number) => Array.from({ length: count }, (_, index) => of(index));

/** Every way to draw the later values from all of them, counted one by one. */
function countedOut(former: readonly number[], later: readonly number[]): number {
  const all = [...former, ...later];
  const winsOf = (drawn: readonly number[]): number => {
    const rest = all.filter((_, index) => !drawn.includes(index));
    const pairs = drawn.flatMap((high) => rest.map((low) => Math.sign((all[high] ?? 0) - low)));
    return pairs.reduce((sum, sign) => sum + sign, 0);
  };
  const draws = (from: number, count: number): number[][] =>
    count === 0
      ? [[]]
      : upTo(all.length - from, (step) => from + step).flatMap((first) =>
          draws(first + 1, count - 1).map((others) => [first, ...others]),
        );
  const seen = winsOf(upTo(later.length, (index) => former.length + index));
  const every = draws(0, later.length).map(winsOf);
  return every.filter((wins) => wins >= seen).length / every.length;
}

describe('mannWhitney', () => {
  // As SciPy 1.17 has them: mannwhitneyu with method="exact", ties by all permutations of the ranks.
  it.each([
    ['values that lie apart', [1, 2, 3], [4, 5, 6], 0.05, 1],
    ['values that overlap', [1.1, 2.2, 3.3, 4.4], [2.5, 5.5, 6.6, 7.7, 8.8], 0.031746, 0.984127],
    ['values with ties', [1, 2, 2, 3, 3], [2, 3, 4, 4, 5, 5], 0.030303, 0.989177],
    ['equal values', [7, 7, 7], [7, 7, 7], 1, 1],
    ['no values', [], [1, 2, 3], 1, 1],
  ])('counts out few: %s', (_, former, later, higher, lower) => {
    const chance = mannWhitney(former, later);
    expect(chance.higher).toBeCloseTo(higher, 6);
    expect(chance.lower).toBeCloseTo(lower, 6);
  });

  // As SciPy 1.17 has them: method="asymptotic".
  it.each([
    ['without ties', upTo(20, (index) => index + 1), upTo(20, (index) => index + 7.5), 0.00166809],
    ['with many ties', upTo(20, (index) => index % 5), upTo(20, (index) => (index % 5) + 1), 0.02457958],
    ['of equal values', upTo(20, () => 3), upTo(20, () => 3), 1],
  ])('approximates many: %s', (_, former, later, higher) => {
    expect(mannWhitney(former, later).higher).toBeCloseTo(higher, 6);
  });

  it('agrees with counting every draw one by one', () => {
    const side = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(side, side, (former, later) => {
        expect(mannWhitney(former, later).higher).toBeCloseTo(countedOut(former, later), 9);
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  it('is the same mirrored: what is higher one way is lower the other', () => {
    const side = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(side, side, (former, later) => {
        expect(mannWhitney(former, later).higher).toBeCloseTo(mannWhitney(later, former).lower, 9);
      }),
      { seed: 6, numRuns: 60 },
    );
  });
});

describe('shiftBetween', () => {
  it('is the median of all differences, between bounds of its own', () => {
    const former = [10, 11, 12, 13, 14, 15, 16, 17];
    const { estimate, low, high } = shiftBetween(
      former,
      former.map((value) => value + 5),
      1,
    );
    expect(estimate).toBe(5);
    expect(low).toBeGreaterThan(1);
    expect(high).toBeLessThan(9);
  });

  it('does not follow a single wild value', () => {
    expect(shiftBetween([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 800], 1)).toMatchObject({ estimate: 0 });
  });

  it('is less certain where values depend on each other', () => {
    const [former, later] = [upTo(12, (index) => index), upTo(12, (index) => index + 2)];
    const [independent, dependent] = [shiftBetween(former, later, 1), shiftBetween(former, later, 3)];
    expect(dependent.high).toBeGreaterThan(independent.high);
    expect(dependent.low).toBeLessThan(independent.low);
  });
});

it.each([
  [[], 0],
  [[3], 3],
  [[9, 1, 5], 5],
  [[4, 1, 3, 2], 2.5],
])('the median of %j is %d', (values, median) => expect(medianOf(values)).toBe(median));

// As SciPy 1.17 has them: norm.sf and binom.sf.
it.each([
  [0, 0.5],
  [1, 0.158655254],
  [-1, 0.841344746],
  [4, 3.16712418e-5],
  [6, 9.86587645e-10],
])('a standard normal value above %d has a chance of %d', (z, chance) => {
  expect(normalUpperTail(z) / chance).toBeCloseTo(1, 5);
});

it.each([
  [2, 20, 0.05, 0.26416],
  [10, 100, 0.05, 0.02819],
  [30, 200, 0.1, 0.01633],
  [0, 20, 0.05, 1],
  [21, 20, 0.05, 0],
  [1, 20, 0, 0],
  [20, 20, 1, 1],
])('%d of %d hits with a chance of %d each have one of %d', (hits, trials, chance, expected) => {
  expect(binomialUpperTail(hits, trials, chance)).toBeCloseTo(expected, 4);
});

it('approximates what many trials would take long to count', () => {
  expect(binomialUpperTail(80, 1000, 0.07)).toBeCloseTo(0.1207, 2);
  expect(binomialUpperTail(5_400, 100_000, 0.05)).toBeLessThan(1e-6);
});
