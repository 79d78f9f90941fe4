import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ruleCatalogue, thresholdsOutOfRange, unknownThresholds } from '../rule-catalogue.js';
import { RULES } from './rules.js';

const FILES = readdirSync(import.meta.dirname);
const RULE_FILES = FILES.filter((file) => file.endsWith('.rule.ts'));

describe('rules', () => {
  it('lists the rule of every rule file, under the name of the file', () => {
    const ids = RULES.map(({ id }) => id);
    expect([...ids].sort()).toEqual(RULE_FILES.map((file) => file.replace('.rule.ts', '')).sort());
  });

  it('has no id twice', () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  });

  it.each(RULE_FILES)('has a spec beside %s', (file) => {
    expect(FILES).toContain(file.replace('.ts', '.spec.ts'));
  });

  it.each(ruleCatalogue().filter(({ isEvaluated }) => isEvaluated))(
    'describes $id with inputs, sources and ranges that hold its defaults',
    (rule) => {
      expect(rule.inputs.some(({ required }) => required)).toBe(true);
      expect(rule.reference).not.toBe('');
      for (const { value, range, source, description } of rule.thresholds) {
        expect(value).toBeGreaterThanOrEqual(range.min);
        expect(value).toBeLessThanOrEqual(range.max);
        expect(source.length * description.length).toBeGreaterThan(0);
      }
    },
  );

  it('names configured thresholds that do not exist or lie outside their range', () => {
    const overrides = {
      'queue-backlog': { waitingRequests: 0, nonsense: 1, toString: 2 },
      'no-such-rule': { value: 1 },
    } as unknown as Record<string, Record<string, number>>;
    expect(unknownThresholds(overrides)).toEqual(['queue-backlog.nonsense', 'queue-backlog.toString', 'no-such-rule']);
    expect(thresholdsOutOfRange(overrides)).toEqual(['queue-backlog.waitingRequests has to be from 1 to 10000']);
  });
});
