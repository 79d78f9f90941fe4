import { describe, expect, it } from '@jest/globals';
import type { Evidence } from '@app/core';
import { formatEvidenceBound, formatEvidenceValue } from './format-evidence.js';

describe('formatEvidenceValue', () => {
  it.each([
    [0.92, 'ratio', '92 %'],
    [0.00042, 'ratio', '0.042 %'],
    [12.345, 'percent', '12.3 %'],
    [87, 'celsius', '87 °C'],
    [699.96, 'watts', '700 W'],
    [1980, 'megahertz', '1980 MHz'],
    [80 * 1024 ** 3, 'bytes', '80 GiB'],
    [1.5 * 1024 ** 2, 'bytesPerSecond', '1.5 MiB/s'],
    [2.5, 'seconds', '2.5 s'],
    [40, 'milliseconds', '40 ms'],
    [812.04, 'tokensPerSecond', '812 tokens/s'],
    [0.25, 'perSecond', '0.25/s'],
    [0, 'count', '0'],
    [79, 'text', '79'],
    ['hw-thermal-slowdown', 'text', 'hw-thermal-slowdown'],
    [true, 'text', 'yes'],
    [null, 'watts', 'not available'],
  ] satisfies [Evidence['value'], Evidence['unit'], string][])('writes %p in %s as %s', (value, unit, text) => {
    expect(formatEvidenceValue({ value, unit })).toBe(text);
  });
});

describe('formatEvidenceBound', () => {
  it('writes the bound in the unit of the value, and nothing for context', () => {
    expect(formatEvidenceBound({ operator: '>=', threshold: 0.9, unit: 'ratio' })).toBe('>= 90 %');
    expect(formatEvidenceBound({ operator: null, threshold: null, unit: 'ratio' })).toBeNull();
  });
});
