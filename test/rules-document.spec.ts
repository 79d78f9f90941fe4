import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { ruleCatalogue, ruleDocument } from '@app/analysis';

it('documents the rules as they are (npm run rules:write)', () => {
  expect(readFileSync('docs/rules.md', 'utf8')).toBe(ruleDocument(ruleCatalogue()));
});
