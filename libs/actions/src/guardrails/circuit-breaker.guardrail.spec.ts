import { describe, expect, it } from '@jest/globals';
import type { JournalEntry, JournalPhase } from '@app/core';
import { aGuardInput, aPastActionEnded, GUARD_NOW_MS, type GuardInputOptions } from '@app/testing/guardrails';
import { circuitBreakerGuardrail } from './circuit-breaker.guardrail.js';

const judged = (journal: readonly JournalEntry[], options: GuardInputOptions = {}) =>
  circuitBreakerGuardrail.check(aGuardInput({ ...options, input: { journal, ...options.input } }));
const failed = (secondsAgo: number, phase: JournalPhase = 'failed', type = 'gpu-set-power-limit') =>
  aPastActionEnded(secondsAgo, { runId: `run-${secondsAgo}`, phase, type });
const HOUR = 3_600;
const THREE = [failed(HOUR), failed(2 * HOUR, 'undone'), failed(24 * HOUR - 1)];
const STUCK = failed(700 * HOUR, 'undo-failed', 'gpu-lock-clocks');
const resetAt = (secondsAgo: number) => ({ safety: { breakerResetAtMs: GUARD_NOW_MS - secondsAgo * 1000 } });

describe('circuit-breaker', () => {
  it.each<[string, readonly JournalEntry[], GuardInputOptions?]>([
    ['two failures', [failed(HOUR), failed(2 * HOUR, 'undone')]],
    ['three, of which one was a day ago', [failed(HOUR), failed(2 * HOUR), failed(24 * HOUR)]],
    [
      'three, of which one was of another type',
      [failed(HOUR), failed(2 * HOUR), failed(HOUR + 1, 'failed', 'gpu-lock-clocks')],
    ],
    ['three that went well', [failed(1, 'kept'), failed(2, 'kept'), failed(3, 'kept')]],
    ['three, of which one was before a person lifted the freeze', THREE, resetAt(24 * HOUR - 1)],
    ['a failed way back before a person lifted the freeze', [STUCK], resetAt(HOUR)],
    [
      'failures of an action that only looks',
      [STUCK],
      { action: { type: 'collect-diagnostics', parameters: {}, risk: 'read-only' } },
    ],
  ])('allows after %s', (_, journal, options = {}) => {
    expect(judged(journal, options)).toMatchObject({ verdict: 'allow' });
  });

  it.each<[string, readonly JournalEntry[], string, GuardInputOptions?]>([
    ['three failures within a day', THREE, '3 times'],
    ['three failures since a person lifted the freeze', THREE, '3 times', resetAt(24 * HOUR)],
    ['a failed way back of any type, however long ago', [STUCK], 'The way back of gpu-lock-clocks'],
    [
      'a failed way back after a person lifted an earlier freeze',
      [failed(HOUR, 'undo-failed')],
      'way back',
      resetAt(2 * HOUR),
    ],
    ['a lift in the future', [], 'future', resetAt(-1)],
    ['a lift at no time', [], 'reset', { safety: { breakerResetAtMs: NaN } }],
    ['who knows what: no journal', [], 'journal', { input: { journal: null } }],
    ['who knows what: no state of the target', [], 'reset', { input: { safety: null } }],
  ])('denies after %s', (_, journal, reason, options = {}) => {
    expect(judged(journal, options)).toEqual({ verdict: 'deny', reason: expect.stringContaining(reason) });
  });
});
