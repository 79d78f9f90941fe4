import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { FAULTS } from './faults.js';

describe('the list of faults', () => {
  it('has every file of a fault under its id', () => {
    const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.fault.ts'));
    expect(FAULTS.map(({ id }) => `${id}.fault.ts`).sort()).toEqual(files.sort());
  });

  it('has defaults within their own bounds', () => {
    for (const { id, parameters } of FAULTS) {
      for (const [name, { default: usual, min, max }] of Object.entries(parameters)) {
        expect({ id, name, isWithin: usual >= min && usual <= max }).toEqual({ id, name, isWithin: true });
      }
    }
  });
});
