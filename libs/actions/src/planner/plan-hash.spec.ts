import { describe, expect, it } from '@jest/globals';
import type { OptimizationAction } from '@app/core';
import { aGuardedAction } from '@app/testing/guardrails';
import { planHash } from './plan-hash.js';

const EXPIRES_AT = '2026-03-01T13:00:00.000Z';
const hashOf = (...actions: OptimizationAction[]) => planHash({ runId: 'run-1', expiresAt: EXPIRES_AT, actions });
const SUBJECT = { kind: 'gpu', id: 'GPU-1', label: 'GPU 0' } as const;
const base = (values: Partial<OptimizationAction> = {}) =>
  aGuardedAction({ subject: SUBJECT, parameters: { minMhz: 300, maxMhz: 1_400 }, ...values });

describe('planHash', () => {
  it('is SHA-256 in hexadecimal', () => {
    expect(hashOf(base())).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<[string, Partial<OptimizationAction>]>([
    [
      'the order of keys',
      { parameters: { maxMhz: 1_400, minMhz: 300 }, subject: { label: 'GPU 0', id: 'GPU-1', kind: 'gpu' } },
    ],
    ['a parameter without a value', { parameters: { minMhz: 300, maxMhz: 1_400, note: undefined } }],
    ['the status', { status: 'executing' }],
    ['what became of it', { before: { watts: 700 }, after: { watts: 630 }, inverse: {}, error: 'busy' }],
    ['what the guardrails said', { guardrails: [{ name: 'mode', verdict: 'deny', reason: 'no' }] }],
  ])('does not depend on %s', (_, values) => {
    expect(hashOf(base(values))).toBe(hashOf(base()));
  });

  it('is the same after a way through the store', () => {
    expect(hashOf(JSON.parse(JSON.stringify(base())) as OptimizationAction)).toBe(hashOf(base()));
  });

  it.each<[string, Partial<OptimizationAction>]>([
    ['id', { id: 'action-2' }],
    ['type', { type: 'gpu-reset' }],
    ['parameters', { parameters: { minMhz: 300, maxMhz: 1_401 } }],
    ['subject', { subject: { ...SUBJECT, id: 'GPU-2' } }],
    ['members', { members: ['GPU-1', 'GPU-2'] }],
    ['gate', { gate: 'automatic' }],
    ['findings', { findingIds: [] }],
    ['risk', { risk: 'read-only' }],
  ])('depends on the %s', (_, values) => {
    expect(hashOf(base(values))).not.toBe(hashOf(base()));
  });

  it('depends on the run, the end and the order of the actions', () => {
    const [first, second] = [base(), base({ id: 'action-2' })];
    const hashes = [
      planHash({ runId: 'run-1', expiresAt: EXPIRES_AT, actions: [first, second] }),
      planHash({ runId: 'run-2', expiresAt: EXPIRES_AT, actions: [first, second] }),
      planHash({ runId: 'run-1', expiresAt: '2026-03-01T13:00:00.001Z', actions: [first, second] }),
      planHash({ runId: 'run-1', expiresAt: EXPIRES_AT, actions: [second, first] }),
      planHash({ runId: 'run-1', expiresAt: EXPIRES_AT, actions: [first] }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it.each([[NaN], [Infinity], [new Date(0)], [() => 1], [Symbol('x')], [1n]])(
    'refuses what is no JSON value: %p',
    (value) => {
      expect(() => hashOf(base({ parameters: { value } }))).toThrow(/parameters\.value is no JSON value/);
    },
  );
});
