import { describe, expect, it } from '@jest/globals';
import { ShortIds } from './short-ids.js';

describe('short ids', () => {
  it('are given in the order of asking, once per id', () => {
    const ids = new ShortIds('f');
    expect([ids.short('rule:a'), ids.short('rule:b'), ids.short('rule:a')]).toEqual(['f1', 'f2', 'f1']);
  });

  it('lead back, whatever stands around them', () => {
    const ids = new ShortIds('f');
    ids.short('rule:a');
    expect(ids.long(' F1 ')).toBe('rule:a');
    expect(ids.long('f2')).toBe('f2');
    expect([ids.has('f1'), ids.has('f2')]).toEqual([true, false]);
  });
});
