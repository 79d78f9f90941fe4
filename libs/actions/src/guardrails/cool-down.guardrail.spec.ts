import { describe, expect, it } from '@jest/globals';
import type { JournalEntry, JournalPhase } from '@app/core';
import { aGuardInput, aPastAction, aPastActionEnded, type GuardInputOptions } from '@app/testing/guardrails';
import { coolDownGuardrail } from './cool-down.guardrail.js';

const judged = (journal: readonly JournalEntry[], options: GuardInputOptions = {}) =>
  coolDownGuardrail.check(aGuardInput({ ...options, input: { journal, ...options.input } }));
const same = (secondsAgo: number, phase: JournalPhase = 'kept', values: Partial<JournalEntry> = {}) =>
  aPastActionEnded(secondsAgo, { type: 'gpu-set-power-limit', phase, ...values });
const OTHER_GPU = { kind: 'gpu', id: 'GPU-2', label: 'GPU 1' } as const;

describe('cool-down', () => {
  it.each<['allow' | 'deny', JournalPhase, number]>([
    ['deny', 'kept', 599.9],
    ['allow', 'kept', 600],
    ['deny', 'failed', 599.9],
    ['allow', 'failed', 600],
    ['deny', 'undone', 2_399.9],
    ['allow', 'undone', 2_400],
    ['deny', 'undo-failed', 2_399.9],
    ['allow', 'undo-failed', 2_400],
  ])('%s after the same one ended as %s %d s ago', (verdict, phase, secondsAgo) => {
    expect(judged([same(secondsAgo, phase)]).verdict).toBe(verdict);
  });

  it('does not mind another type or another subject', () => {
    expect(judged([aPastActionEnded(1), same(1, 'kept', { subject: OTHER_GPU })]).verdict).toBe('allow');
  });

  it('follows the policy where it has a cool-down', () => {
    const rule = { coolDownSeconds: 60 };
    expect(judged([same(60)], { settings: { rule } }).verdict).toBe('allow');
    expect(judged([same(59)], { settings: { rule } }).reason).toContain('wait 1 s more');
    expect(judged([same(0)], { settings: { rule: { coolDownSeconds: 0 } } }).verdict).toBe('allow');
  });

  it('holds for actions that only look', () => {
    const action = { type: 'notify-oncall', parameters: {}, risk: 'read-only' } as const;
    expect(judged([same(10, 'kept', { type: 'notify-oncall' })], { action }).verdict).toBe('deny');
  });

  it.each<[string, readonly JournalEntry[], string, GuardInputOptions['input']?]>([
    ['while the same one has not ended', [same(9_999, 'verified', { endedAt: null })], 'has not ended'],
    ['after an end in the future', [same(-1)], 'wait'],
    ['when the end is not known', [same(9_999, 'kept', { endedAt: null })], 'journal'],
    ['when the cool-down is not known', [], 'cool-down', { coolDownSeconds: null }],
    ['when the cool-down is no number', [], 'cool-down', { coolDownSeconds: NaN }],
    ['when the time is not known', [], 'time', { nowMs: NaN }],
    ['when the journal is of another target', [aPastAction({ target: 'other' })], 'another one'],
  ])('denies %s', (_, journal, reason, input = {}) => {
    expect(judged(journal, { input })).toEqual({ verdict: 'deny', reason: expect.stringContaining(reason) });
  });

  it('denies when the journal can not be read', () => {
    expect(judged([], { input: { journal: null } }).reason).toContain('journal');
  });
});
