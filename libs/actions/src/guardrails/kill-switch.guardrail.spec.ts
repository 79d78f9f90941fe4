import { describe, expect, it } from '@jest/globals';
import { aGuardInput } from '@app/testing/guardrails';
import { killSwitchGuardrail } from './kill-switch.guardrail.js';

const READ_ONLY = { type: 'collect-diagnostics', parameters: {}, risk: 'read-only' } as const;
const engaged = { engaged: true, at: '2026-03-01T12:00:00.000Z', by: 'bob', reason: 'maintenance' };

describe('kill-switch', () => {
  it('allows while it is off', () => {
    expect(killSwitchGuardrail.check(aGuardInput()).verdict).toBe('allow');
  });

  it.each([
    ['a change', {}],
    ['an action that only looks', READ_ONLY],
  ])('denies %s while it is engaged, and says who wanted that and why', (_, action) => {
    const verdict = killSwitchGuardrail.check(aGuardInput({ action, safety: { killSwitch: engaged } }));
    expect(verdict).toMatchObject({ verdict: 'deny', reason: expect.stringContaining('by bob: maintenance') });
  });

  it('denies when nobody can say how it is', () => {
    const verdict = killSwitchGuardrail.check(aGuardInput({ input: { safety: null } }));
    expect(verdict).toMatchObject({ verdict: 'deny', reason: expect.stringContaining('kill switch') });
  });
});
