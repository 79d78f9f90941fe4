import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mutatedText } from './mutated-text.js';

const ORIGINAL = '<gpu><temp>45 C</temp><power>71.2 W</power></gpu>\n'.repeat(20);
const texts = (seed: number) => fc.sample(mutatedText(ORIGINAL), { numRuns: 300, seed });

describe('mutatedText', () => {
  it('gives the same texts for the same seed', () => {
    expect(texts(7)).toEqual(texts(7));
    expect(texts(7)).not.toEqual(texts(8));
  });

  it('leaves hardly a text undamaged, and tries shorter, longer and odd ones', () => {
    const tried = texts(7);
    expect(tried.filter((text) => text === ORIGINAL).length).toBeLessThan(10);
    expect(tried.some((text) => text.length < ORIGINAL.length / 2)).toBe(true);
    expect(tried.some((text) => text.length > ORIGINAL.length + 5_000)).toBe(true);
    for (const odd of ['\0', '1e309', 'NaN', '\\']) expect(tried.some((text) => text.includes(odd))).toBe(true);
  });

  it('takes an empty text', () => {
    expect(() => fc.sample(mutatedText(''), { numRuns: 300, seed: 7 })).not.toThrow();
  });
});
