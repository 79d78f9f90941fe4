import { describe, expect, it } from '@jest/globals';
import { GUARDRAILS } from '@app/actions';
import { DRIFT_GUARDRAILS } from './approvals.js';

describe('the look at the machine before a decision is taken', () => {
  it.each(DRIFT_GUARDRAILS)('asks a guardrail that there is, and that judges before an execution: %s', (name) => {
    expect(GUARDRAILS.find((guardrail) => guardrail.name === name)?.moments).toContain('execute');
  });
});
