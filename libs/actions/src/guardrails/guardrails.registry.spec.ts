import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { GUARDRAILS } from './guardrails.js';

const FILES = readdirSync(import.meta.dirname);
const GUARDRAIL_FILES = FILES.filter((file) => file.endsWith('.guardrail.ts'));

describe('guardrails', () => {
  it('lists the guardrail of every file, once and under the name of the file', () => {
    const names = GUARDRAILS.map(({ name }) => name);
    expect([...names].sort()).toEqual(GUARDRAIL_FILES.map((file) => file.replace('.guardrail.ts', '')).sort());
  });

  it.each(GUARDRAIL_FILES)('has a spec beside %s', (file) => {
    expect(FILES).toContain(file.replace('.ts', '.spec.ts'));
  });

  it.each(GUARDRAILS)('says what $name is for and what it means for read-only actions', ({ purpose, moments }) => {
    expect(purpose).toMatch(/^[A-Z].*\.$/);
    expect(purpose.toLowerCase()).toContain('read-only');
    expect(moments).toContain('execute');
  });
});
