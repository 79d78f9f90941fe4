import { describe, expect, it } from '@jest/globals';
import { counterGrowth, counterRate } from './counter-rate.js';

describe('the rate of a counter', () => {
  it.each([
    ['grew', 10, 30, 10, 2],
    ['stood still', 10, 10, 10, 0],
    ['started anew', 10, 5, 10, null],
    ['was not read before', null, 5, 10, null],
    ['was read twice at once', 10, 30, 0, null],
    ['grew by more than a number can hold', 0, 1.7e308, 0.01, null],
    ['is endless itself', 0, Infinity, 10, null],
  ])('of one that %s', (_, earlier, later, seconds, rate) => {
    expect(counterRate(earlier, later, seconds)).toBe(rate);
  });

  it('has no endless growth', () => {
    expect(counterGrowth(1, Infinity)).toBeNull();
  });
});
