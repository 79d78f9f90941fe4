import { describe, expect, it } from '@jest/globals';
import type { Plan } from '@app/core';
import { frameTime } from '@app/testing/analysis';
import { aGuardedAction, aGuardInput } from '@app/testing/guardrails';
import { planHash } from '../planner/plan-hash.js';
import type { GuardInput } from './guardrail.js';
import { planIntegrityGuardrail } from './plan-integrity.guardrail.js';

const EXPIRES_AT_MS = Date.parse(frameTime(3_600));

function withPlan(patch: Partial<Plan>): GuardInput {
  const input = aGuardInput({ hashOf: planHash });
  return { ...input, plan: input.plan === null ? null : { ...input.plan, ...patch } };
}

function planOf(actions: Plan['actions']): GuardInput {
  const expiresAt = frameTime(3_600);
  return withPlan({ actions, hash: planHash({ runId: 'run-1', expiresAt, actions }) });
}

describe('plan-integrity', () => {
  it.each<[string, GuardInput]>([
    ['an action of an unchanged plan', withPlan({})],
    [
      'whatever became of it meanwhile',
      withPlan({ actions: [aGuardedAction({ status: 'executing', error: 'busy' })] }),
    ],
    ['it until the plan expires', { ...withPlan({}), nowMs: EXPIRES_AT_MS - 1 }],
  ])('allows %s', (_, input) => {
    expect(planIntegrityGuardrail.check(input)).toMatchObject({ verdict: 'allow' });
  });

  it.each<[string, GuardInput, string]>([
    ['a changed parameter', withPlan({ actions: [aGuardedAction({ parameters: { watts: 300 } })] }), 'hash'],
    ['a changed gate', withPlan({ actions: [aGuardedAction({ gate: 'automatic' })] }), 'hash'],
    ['a longer life', withPlan({ expiresAt: frameTime(7_200) }), 'hash'],
    ['a forged hash', withPlan({ hash: 'f'.repeat(64) }), 'hash'],
    ['the plan of another run', { ...withPlan({}), run: { id: 'run-2', target: 'local', mode: 'approve' } }, 'hash'],
    ['a plan without the action', planOf([]), 'does not list'],
    ['a plan with the action twice', planOf([aGuardedAction(), aGuardedAction()]), 'more than once'],
    ['a plan that lists it otherwise', planOf([aGuardedAction({ parameters: { watts: 300 } })]), 'another content'],
    ['a plan at its end', { ...withPlan({}), nowMs: EXPIRES_AT_MS }, 'expired'],
    [
      'a plan for another target',
      { ...withPlan({}), run: { id: 'run-1', target: 'other', mode: 'approve' } },
      'another target',
    ],
    ['a plan for nobody knows what', { ...withPlan({}), planned: null }, 'target'],
    ['no plan', { ...withPlan({}), plan: null }, 'the stored plan'],
    ['no time', { ...withPlan({}), nowMs: NaN }, 'expired'],
    ['no run', { ...withPlan({}), run: { id: '', target: 'local', mode: 'approve' } }, 'run'],
  ])('denies %s', (_, input, reason) => {
    expect(planIntegrityGuardrail.check(input)).toEqual({ verdict: 'deny', reason: expect.stringContaining(reason) });
  });
});
