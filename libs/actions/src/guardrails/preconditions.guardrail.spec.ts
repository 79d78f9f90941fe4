import { describe, expect, it } from '@jest/globals';
import { aGuardInput } from '@app/testing/guardrails';
import type { Precondition } from '../action.js';
import { preconditionsGuardrail } from './preconditions.guardrail.js';

const judged = (preconditions: readonly Precondition[] | null) =>
  preconditionsGuardrail.check(aGuardInput({ input: { preconditions } }));
const HOLDS = { text: 'Persistence mode is on.', holds: true };

describe('preconditions', () => {
  it.each([[[]], [[HOLDS]], [[HOLDS, HOLDS]]])('allows when all of them hold: %j', (preconditions) => {
    expect(judged(preconditions).verdict).toBe('allow');
  });

  it('denies when one does not hold, and names it', () => {
    expect(judged([HOLDS, { text: 'MIG is off.', holds: false }])).toEqual({
      verdict: 'deny',
      reason: 'does not hold: MIG is off.',
    });
  });

  it('denies when one could not be read, and tells that apart', () => {
    expect(judged([{ text: 'MIG is off.', holds: null }, HOLDS])).toEqual({
      verdict: 'deny',
      reason: 'could not be read: MIG is off.',
    });
  });

  it('denies what is only as good as true', () => {
    const almost = { text: 'MIG is off.', holds: 'yes' as unknown as boolean };
    expect(judged([almost]).verdict).toBe('deny');
  });

  it('denies when nobody looked', () => {
    expect(judged(null)).toMatchObject({ verdict: 'deny', reason: expect.stringContaining('preconditions') });
  });
});
