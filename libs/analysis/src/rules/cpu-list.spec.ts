import { describe, expect, it } from '@jest/globals';
import { countCpus, shareCpus } from './cpu-list.js';

describe('CPU lists', () => {
  it.each([
    ['0-15,32-47', '16-31,48-63', false],
    ['0-15,32-47', '47', true],
    ['3', '3', true],
    ['0-63', '16-31', true],
    [' 0-3\n', '4-7', false],
  ])('tells whether %j and %j have a CPU in common', (one, other, isShared) => {
    expect(shareCpus(one, other)).toBe(isShared);
    expect(shareCpus(other, one)).toBe(isShared);
  });

  it.each(['', 'all', '7-3', '1-', '-5', '0x3', '1;2', '99999999'])('takes %j for no list', (text) => {
    expect(shareCpus(text, '0-3')).toBeNull();
    expect(countCpus(text)).toBeNull();
  });

  it('counts the CPUs of a list', () => {
    expect(countCpus('0-15,32-47,50')).toBe(33);
  });
});
