import { describe, expect, it } from '@jest/globals';
import { aGuardInput } from '@app/testing/guardrails';
import { executorGuardrail } from './executor.guardrail.js';
import type { GuardInput } from './guardrail.js';

const judged = (executor: GuardInput['executor']) => executorGuardrail.check(aGuardInput({ input: { executor } }));

describe('executor', () => {
  it('allows what this installation can do', () => {
    expect(judged({ reason: null }).verdict).toBe('allow');
  });

  it('denies what it can not do, in the words of the executor', () => {
    expect(judged({ reason: 'nvidia-smi is not on PATH.' })).toEqual({
      verdict: 'deny',
      reason: 'nvidia-smi is not on PATH.',
    });
  });

  it.each([null, {} as { reason: null }])('denies when nobody knows (%j)', (executor) => {
    expect(judged(executor)).toMatchObject({ verdict: 'deny', reason: expect.stringContaining('can do it') });
  });
});
