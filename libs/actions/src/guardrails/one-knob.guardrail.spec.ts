import { describe, expect, it } from '@jest/globals';
import type { JournalEntry } from '@app/core';
import { aGuardInput, aPastAction, aPastActionEnded, type GuardInputOptions } from '@app/testing/guardrails';
import { oneKnobGuardrail } from './one-knob.guardrail.js';

const judged = (journal: readonly JournalEntry[], options: GuardInputOptions = {}) =>
  oneKnobGuardrail.check(aGuardInput({ ...options, input: { journal, ...options.input } }));
const own = (values: Partial<JournalEntry>) => aPastAction({ runId: 'run-1', endedAt: null, ...values });
const secondsAgo = (seconds: number): string => new Date(aGuardInput().nowMs - seconds * 1000).toISOString();
/** Kept this very moment, after it was watched for so long. */
const keptNow = (seconds: number) => aPastActionEnded(0, { phase: 'kept', verifiedAt: secondsAgo(seconds) });
const LOOK = { type: 'collect-diagnostics', risk: 'read-only' } as const;

describe('one-knob', () => {
  it.each<[string, readonly JournalEntry[]]>([
    ['nothing happened before', []],
    ['the last change ended a window ago', [aPastActionEnded(120, { verifiedAt: null })]],
    ['the last change was watched for a window and kept just now', [keptNow(120)]],
    ['the last change did not happen', [aPastActionEnded(1, { phase: 'failed' })]],
    ['the last change found everything so already', [aPastActionEnded(1, { phase: 'kept', appliedAt: null })]],
    ['somebody only looked', [aPastActionEnded(1, LOOK), aPastAction({ ...LOOK, phase: 'applied', endedAt: null })]],
    ['its own intent is written', [own({ phase: 'intended' })]],
  ])('allows when %s', (_, journal) => {
    expect(judged(journal)).toMatchObject({ verdict: 'allow' });
  });

  it.each<[string, readonly JournalEntry[], string]>([
    ['a change of another run is meant', [aPastAction({ phase: 'intended', endedAt: null })], 'under way'],
    ['a change is being watched', [aPastAction({ phase: 'verified', endedAt: null })], 'under way'],
    ['a change is being taken back', [aPastAction({ phase: 'undoing', endedAt: null })], 'under way'],
    ['a change of this run is under way', [own({ actionId: 'action-2', phase: 'verified' })], 'under way'],
    ['the last change was made within the window', [keptNow(119.9)], 'wait 1 s more'],
    [
      'the last change was just taken back',
      [aPastActionEnded(10, { phase: 'undone' })],
      'within the monitoring window',
    ],
    ['this very action was begun before', [own({ phase: 'applied' })], 'second time'],
    ['this very action was done before', [own({ phase: 'kept', endedAt: aPastAction().endedAt })], 'second time'],
  ])('denies when %s', (_, journal, reason) => {
    expect(judged(journal)).toEqual({ verdict: 'deny', reason: expect.stringContaining(reason) });
  });

  it.each<[string, GuardInputOptions['input']]>([
    ['the journal', { journal: null }],
    ['the monitoring window', { monitorSeconds: null }],
    ['the monitoring window', { monitorSeconds: NaN }],
    ['the present time', { nowMs: NaN }],
  ])('denies without %s', (_, input) => {
    expect(judged([], { input }).verdict).toBe('deny');
  });

  it('lets an action that only looks do so at any time', () => {
    const action = { ...LOOK, parameters: {} };
    expect(judged([aPastAction({ phase: 'verified', endedAt: null })], { action }).verdict).toBe('allow');
  });
});
