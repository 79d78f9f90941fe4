import { describe, expect, it } from '@jest/globals';
import { frameTime } from '@app/testing/analysis';
import { aGuardInput, GUARD_NOW_MS, type GuardInputOptions } from '@app/testing/guardrails';
import { approvalGuardrail } from './approval.guardrail.js';

const READ_ONLY = { type: 'collect-diagnostics', parameters: {}, risk: 'read-only', gate: 'automatic' } as const;
const BY_ITSELF = { mode: 'auto', action: { gate: 'automatic' }, approval: null } as const;
const POLICY = { settings: { rule: { gate: 'automatic' } } } as const;
const EXPIRES_AT_MS = Date.parse(frameTime(3_600));

const judged = (options: GuardInputOptions) => approvalGuardrail.check(aGuardInput(options));

describe('approval', () => {
  it.each<[string, GuardInputOptions]>([
    ['what a person approved', {}],
    ['what a person approved a millisecond before it expired', { input: { nowMs: EXPIRES_AT_MS - 1 } }],
    ['a change by itself, where the policy of its type says so', { ...BY_ITSELF, ...POLICY }],
    ['what changes nothing', { action: READ_ONLY, approval: null }],
    ['what is lost for good, by a named person', { action: { risk: 'destructive' } }],
  ])('allows %s', (_, options) => {
    expect(judged(options)).toMatchObject({ verdict: 'allow' });
  });

  it.each<[string, GuardInputOptions, string]>([
    ['without a decision', { approval: null }, 'Nobody'],
    ['a rejection', { approval: { decision: 'reject' } }, 'reject'],
    ['an expiry', { approval: { decision: 'expire' } }, 'expire'],
    ['an approval of another plan', { approval: { planHash: 'hash-2' } }, 'another plan'],
    ['an approval of other actions', { approval: { actionIds: ['action-2'] } }, 'does not include'],
    ['an approval of nobody', { approval: { by: '' } }, 'who approved'],
    ['an approval without a time', { approval: { at: 'lately' } }, 'when it was approved'],
    ['an approval from the future', { approval: { at: new Date(GUARD_NOW_MS + 1).toISOString() } }, 'future'],
    ['an approval at its expiry', { input: { nowMs: EXPIRES_AT_MS } }, 'expired'],
    ['a change by itself without a policy', BY_ITSELF, 'Nobody'],
    ['a change by itself in mode approve', { ...BY_ITSELF, ...POLICY, mode: 'approve' }, 'Nobody'],
    [
      'a destructive one by itself, whatever the policy says',
      { ...BY_ITSELF, ...POLICY, action: { gate: 'automatic', risk: 'destructive' } },
      'Nobody',
    ],
    [
      'what is lost for good, by whoever is local',
      { action: { risk: 'destructive' }, approval: { by: 'local' } },
      'named',
    ],
    [
      'a look for which the policy asks a person',
      { action: READ_ONLY, approval: null, settings: { rule: { gate: 'approval' } } },
      'Nobody',
    ],
    ['a look in a mode that does nothing', { action: READ_ONLY, approval: null, mode: 'recommend' }, 'mode'],
    ['a recommendation', { action: { gate: 'recommend' } }, 'recommendation'],
    ['what the policy has made a recommendation', { settings: { rule: { gate: 'recommend' } } }, 'recommendation'],
    ['an unknown gate', { action: { gate: 'whoever' as 'approval' } }, 'gate'],
    ['a policy that could not be read', { settings: { rule: undefined as unknown as null } }, 'policy'],
    ['a missing plan', { input: { plan: null } }, 'plan'],
    ['a clock that says nothing', { input: { nowMs: NaN } }, 'time'],
  ])('denies %s', (_, options, reason) => {
    expect(judged(options)).toEqual({ verdict: 'deny', reason: expect.stringContaining(reason) });
  });
});
