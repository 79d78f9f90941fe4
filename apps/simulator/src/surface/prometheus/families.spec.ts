import { describe, expect, it } from '@jest/globals';
import { goNumber, pythonNumber } from './families.js';

describe('numbers of a page', () => {
  it.each([
    [0, '0.0'],
    [27, '27.0'],
    [0.25, '0.25'],
    [24.82, '24.82'],
    [1_048_576, '1.048576e+06'],
    [5_034_328_064, '5.034328064e+09'],
    [1_789_434_996.2, '1.7894349962e+09'],
  ])('are written as Python does: %d', (value, text) => {
    expect(pythonNumber(value)).toBe(text);
  });

  it.each([
    [0, '0'],
    [10_870.69, '10870.69'],
    [507_162, '507162'],
    [2_320_168_809, '2.320168809e+09'],
    [0.000_021, '2.1e-05'],
    [-1, '-1'],
  ])('are written as Go does: %d', (value, text) => {
    expect(goNumber(value)).toBe(text);
  });
});
