import { describe, expect, it } from '@jest/globals';
import { isLightJson } from './json-weight.js';

const LIMIT = { depth: 3, values: 5 };

describe('the weight of a JSON text', () => {
  it.each([
    ['{"a":[1,{"b":2}]}', true],
    ['[[[[1]]]]', false],
    ['[1,2,3,4,5]', true],
    ['[1,2,3,4,5,6]', false],
    ['{"a":"[[[[,,,,,,{{{{"}', true],
    [String.raw`{"a":"\"[[[[[","b":"\\"}`, true],
    ['[[],[],[[[', false],
    ['no JSON, as it happens', true],
    ['', true],
  ])('of %s: light %s', (text, isLight) => {
    expect(isLightJson(text, LIMIT)).toBe(isLight);
  });

  it('is a matter of the limit, however long the text', () => {
    const deep = '['.repeat(250_000);
    expect(isLightJson(deep, { depth: 1e9, values: 1e9 })).toBe(true);
    expect(isLightJson(deep, LIMIT)).toBe(false);
  });
});
