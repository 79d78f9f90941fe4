import { describe, expect, it } from '@jest/globals';
import type { RunMode } from '@app/core';
import { aGuardInput } from '@app/testing/guardrails';
import { modeGuardrail } from './mode.guardrail.js';

const READ_ONLY = { type: 'collect-diagnostics', parameters: {}, risk: 'read-only', gate: 'automatic' } as const;

function judged(mode: RunMode, maxMode: RunMode, options: Parameters<typeof aGuardInput>[0] = {}) {
  return modeGuardrail.check(aGuardInput({ mode, settings: { maxMode }, ...options }));
}

describe('mode', () => {
  it.each<[RunMode, RunMode, 'allow' | 'deny']>([
    ['observe', 'auto', 'deny'],
    ['recommend', 'auto', 'deny'],
    ['approve', 'auto', 'allow'],
    ['approve', 'approve', 'allow'],
    ['approve', 'recommend', 'deny'],
    ['auto', 'auto', 'allow'],
    ['auto', 'approve', 'deny'],
  ])('%s below a highest mode of %s: %s', (mode, maxMode, verdict) => {
    expect(judged(mode, maxMode).verdict).toBe(verdict);
  });

  it('needs a decision for a change in mode approve', () => {
    const reason = expect.stringContaining('without an approval');
    expect(judged('approve', 'auto', { approval: null })).toEqual({ verdict: 'deny', reason });
    expect(judged('auto', 'auto', { approval: null }).verdict).toBe('allow');
  });

  it('lets a mode that acts look without one, and no other', () => {
    expect(judged('approve', 'auto', { action: READ_ONLY, approval: null }).verdict).toBe('allow');
    expect(judged('recommend', 'auto', { action: READ_ONLY, approval: null }).verdict).toBe('deny');
  });

  it('denies a mode that it does not know', () => {
    expect(judged('yolo' as RunMode, 'auto')).toMatchObject({
      verdict: 'deny',
      reason: expect.stringContaining('mode'),
    });
    expect(judged('auto', undefined as unknown as RunMode).reason).toContain('POLICY_MAX_MODE');
  });
});
