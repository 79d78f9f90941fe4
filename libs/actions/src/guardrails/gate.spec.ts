import { describe, expect, it } from '@jest/globals';
import { aGuardInput, GUARD_NOW_MS, type GuardInputOptions } from '@app/testing/guardrails';
import { planHash } from '../planner/plan-hash.js';
import { type Clearance, type ClearedAct, GuardGate } from './gate.js';
import type { Guardrail, GuardInput } from './guardrail.js';
import { GUARDRAILS } from './guardrails.js';

const allowed = (options: GuardInputOptions = {}): GuardInput => aGuardInput({ hashOf: planHash, ...options });
const input = allowed();

function actOf({ action, run, plan }: GuardInput): ClearedAct {
  const { id: actionId, type, parameters, subject, members } = action;
  return {
    runId: run.id,
    actionId,
    target: run.target,
    type,
    parameters,
    subject,
    members,
    planHash: plan?.hash ?? '',
  };
}

function cleared(gate: GuardGate): Clearance {
  const { clearance } = gate.judge(input);
  if (clearance === null) throw new Error('The input has to be allowed.');
  return clearance;
}

function guardrail(check: Guardrail['check']): Guardrail {
  return { name: 'extra', purpose: 'A test.', moments: ['execute'], check };
}

describe('GuardGate', () => {
  it('asks every guardrail of the moment and keeps their order', () => {
    const gate = new GuardGate();
    expect(gate.judge(input).verdicts.map(({ name }) => name)).toEqual(GUARDRAILS.map(({ name }) => name));
    const planning = gate.judge({ ...input, moment: 'plan', plan: null, approval: null });
    expect(planning.verdicts.map(({ name }) => name)).toEqual(
      GUARDRAILS.filter(({ moments }) => moments.includes('plan')).map(({ name }) => name),
    );
    expect(planning.verdicts.filter(({ verdict }) => verdict === 'deny')).toEqual([]);
  });

  it('clears nothing while planning, nor at a moment that it does not know', () => {
    const gate = new GuardGate();
    expect(gate.judge({ ...input, moment: 'plan' }).clearance).toBeNull();
    expect(gate.judge({ ...input, moment: 'later' as 'plan' }).clearance).toBeNull();
  });

  it('clears nothing when one guardrail denies, and still says what the others think', () => {
    const { verdicts, clearance } = new GuardGate().judge(allowed({ mode: 'recommend' }));
    expect(clearance).toBeNull();
    expect(verdicts).toHaveLength(GUARDRAILS.length);
    expect(verdicts).toContainEqual({ name: 'mode', verdict: 'deny', reason: 'Mode recommend executes nothing.' });
  });

  it.each<[string, Guardrail['check']]>([
    ['throws', () => raise('broken')],
    ['says nothing', () => undefined as unknown as ReturnType<Guardrail['check']>],
    ['gives no reason', () => ({ verdict: 'allow', reason: '' })],
    [
      'answers later',
      () => Promise.resolve({ verdict: 'allow', reason: 'x' }) as unknown as ReturnType<Guardrail['check']>,
    ],
    ['says something else', () => ({ verdict: 'yes' as 'allow', reason: 'x' })],
  ])('takes a guardrail that %s for a denial', (_, check) => {
    const { verdicts, clearance } = new GuardGate([...GUARDRAILS, guardrail(check)]).judge(input);
    expect(verdicts.at(-1)).toMatchObject({ name: 'extra', verdict: 'deny', reason: expect.stringMatching(/./) });
    expect(clearance).toBeNull();
  });

  it('can not be made without one of the guardrails', () => {
    expect(() => new GuardGate(GUARDRAILS.slice(1))).toThrow('kill-switch');
    expect(() => new GuardGate([])).toThrow('left out');
  });
});

function raise(message: string): never {
  throw new Error(message);
}

describe('a clearance', () => {
  it('is good for the act that was judged, once', () => {
    const gate = new GuardGate();
    const clearance = cleared(gate);
    expect(gate.consume(clearance, actOf(input), GUARD_NOW_MS)).toBe(true);
    expect(gate.consume(clearance, actOf(input), GUARD_NOW_MS)).toBe(false);
  });

  it.each([
    [0, true],
    [10_000, true],
    [10_001, false],
    [-1, false],
    [NaN, false],
  ])('is good %d ms later: %s', (ageMs, isGood) => {
    const gate = new GuardGate();
    expect(gate.consume(cleared(gate), actOf(input), GUARD_NOW_MS + ageMs)).toBe(isGood);
  });

  it.each<[string, Partial<ClearedAct>]>([
    ['run', { runId: 'run-2' }],
    ['action', { actionId: 'action-2' }],
    ['target', { target: 'other' }],
    ['type', { type: 'gpu-reset' }],
    ['value', { parameters: { watts: 200 } }],
    ['subject', { subject: { kind: 'gpu', id: 'GPU-2', label: 'GPU 0' } }],
    ['set of members', { members: [...input.action.members, 'GPU-2'] }],
    ['plan', { planHash: 'hash-2' }],
    ['value that is none', { parameters: { watts: NaN } }],
  ])('is not good for another %s, and is used up by the attempt', (_, other) => {
    const gate = new GuardGate();
    const clearance = cleared(gate);
    expect(gate.consume(clearance, { ...actOf(input), ...other }, GUARD_NOW_MS)).toBe(false);
    expect(gate.consume(clearance, actOf(input), GUARD_NOW_MS)).toBe(false);
  });

  it('can not be made by anybody but the gate', () => {
    const gate = new GuardGate();
    const real = cleared(gate);
    const copies = [
      { ...real },
      structuredClone(real),
      Object.create(real),
      Object.create(Object.getPrototypeOf(real)),
    ];
    for (const forged of [...copies, {}, null, undefined, true, 'clearance', cleared(new GuardGate())]) {
      expect(gate.consume(forged as Clearance, actOf(input), GUARD_NOW_MS)).toBe(false);
    }
    const Made = (real as object).constructor as new (gate: GuardGate) => Clearance;
    expect(gate.consume(new Made(gate), actOf(input), GUARD_NOW_MS)).toBe(false);
    expect(gate.consume(real, actOf(input), GUARD_NOW_MS)).toBe(true);
  });
});
