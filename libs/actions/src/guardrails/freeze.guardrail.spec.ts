import { describe, expect, it } from '@jest/globals';
import { aGuardInput } from '@app/testing/guardrails';
import { freezeGuardrail } from './freeze.guardrail.js';

const freeze = {
  target: 'local',
  at: '2026-03-01T11:00:00.000Z',
  reason: 'a rollback failed',
  runId: 'run-0',
  by: 'agent',
};
const READ_ONLY = { type: 'collect-diagnostics', parameters: {}, risk: 'read-only' } as const;

describe('freeze', () => {
  it('allows on a target that is not frozen', () => {
    expect(freezeGuardrail.check(aGuardInput()).verdict).toBe('allow');
  });

  it('denies a change of a frozen target, and says why it is frozen', () => {
    const verdict = freezeGuardrail.check(aGuardInput({ safety: { freeze } }));
    expect(verdict).toMatchObject({ verdict: 'deny', reason: expect.stringContaining('a rollback failed') });
  });

  it('lets a person still look at a frozen target', () => {
    expect(freezeGuardrail.check(aGuardInput({ action: READ_ONLY, safety: { freeze } })).verdict).toBe('allow');
  });

  it.each([
    ['a change', {}],
    ['an action that only looks', READ_ONLY],
  ])('denies %s when the freezes can not be read', (_, action) => {
    const verdict = freezeGuardrail.check(aGuardInput({ action, input: { safety: null } }));
    expect(verdict).toMatchObject({ verdict: 'deny', reason: expect.stringContaining('frozen') });
  });
});
