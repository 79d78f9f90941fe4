import { describe, expect, it } from '@jest/globals';
import { normalise } from './normalise.js';
import { numberClaims } from './number-claims.js';

/** Values in base units, with the dimension where the sentence gives one. */
function read(sentence: string): (string | number)[][] {
  return numberClaims(normalise(sentence)).map(({ value, unit }) => [
    Number((value * (unit?.scale ?? 1)).toPrecision(6)),
    unit?.dimension ?? 'any',
  ]);
}

describe('numberClaims', () => {
  it.each<readonly [string, readonly (readonly [number, string])[]]>([
    ['It draws 450 W.', [[450, 'power']]],
    ['It draws 0.45 kW.', [[450, 'power']]],
    ['It draws 450W.', [[450, 'power']]],
    ['The clock is 1.41 GHz.', [[1410, 'frequency']]],
    ['The cache is 97.9 % full.', [[0.979, 'share']]],
    ['The cache is 97.9 percent full.', [[0.979, 'share']]],
    ['The loss is 3 ‰.', [[0.003, 'share']]],
    ['The loss is 40 ppm.', [[0.00004, 'share']]],
    ['It waits 2,346 ms.', [[2.346, 'time']]],
    ['It waits 5 minutes.', [[300, 'time']]],
    ['It holds 72 GiB.', [[77_309_400_000, 'bytes']]],
    ['It moves 6.5 MiB/s.', [[6_815_740, 'byteRate']]],
    ['It makes 1.8k tokens/s.', [[1800, 'tokenRate']]],
    ['It has 6.5 million tokens.', [[6_500_000, 'count']]],
    ['It has 2M tokens.', [[2_000_000, 'count']]],
    ['It has 10^3 requests.', [[1000, 'count']]],
    ['It has 10³ requests.', [[1000, 'count']]],
    ['It has 1e3 requests.', [[1000, 'count']]],
    ['It has 6 x 10^2 requests.', [[600, 'count']]],
    ['It is -1 °C below.', [[-1, 'temperature']]],
    [
      'It was between 87 and 92 °C.',
      [
        [87, 'temperature'],
        [92, 'temperature'],
      ],
    ],
    [
      'It was 87-92 °C.',
      [
        [87, 'temperature'],
        [92, 'temperature'],
      ],
    ],
    ['It is ninety-two degrees.', [[92, 'temperature']]],
    ['It is ninety-two point five degrees.', [[92.5, 'temperature']]],
    ['A hundred and twenty requests wait.', [[120, 'count']]],
    ['A dozen requests wait.', [[12, 'count']]],
    ['It is at two thirds.', [[0.666667, 'share']]],
    ['It is at 3/4.', [[0.75, 'share']]],
    ['It is at ½.', [[0.5, 'share']]],
    ['Half of it is used.', [[0.5, 'share']]],
    ['It doubled.', [[2, 'factor']]],
    ['It is sevenfold.', [[7, 'factor']]],
    ['It is 3x faster.', [[3, 'factor']]],
    ['It is ３ W.', [[3, 'power']]],
    ['It is ٤٥٠ W.', [[450, 'power']]],
    ['It is 4\u200b5\u200b0 W.', [[450, 'power']]],
    ['It makes 1\u202f844 tokens/s.', [[1844, 'tokenRate']]],
    ['One of them waits.', []],
    ['Only one GPU is hot.', [[1, 'count']]],
    ['It took one hour.', [[3600, 'time']]],
    ['64 slots are taken.', [[64, 'count']]],
    ['347 waiting requests.', [[347, 'count']]],
  ])('reads: %s', (sentence, expected) => {
    expect(read(sentence)).toEqual(expected);
  });

  it.each([
    ['about 2,300 ms', true],
    ['~2,300 ms', true],
    ['nearly 2,300 ms', true],
    ['2,300 ms', false],
  ])('tells whether %s is approximate', (text, isApproximate) => {
    expect(numberClaims(text).map((claim) => claim.isApproximate)).toEqual([isApproximate]);
  });
});
