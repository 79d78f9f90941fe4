import { describe, expect, it } from '@jest/globals';
import { GROQ_FAILURE_KINDS } from './failure-kinds.js';
import { type FailedAttempt, pauseBeforeRetry } from './retry-policy.js';

const FAILED: FailedAttempt = { kind: 'server', retryAfterMs: null, attempt: 1, maxRetries: 2, remainingMs: 20_000 };
const noChance = (): number => 0;

describe('the pause before a retry', () => {
  it.each([
    [1, 500],
    [2, 1000],
    [3, 2000],
  ])('doubles: attempt %i waits %i ms', (attempt, pause) => {
    expect(pauseBeforeRetry({ ...FAILED, attempt, maxRetries: 5 }, noChance)).toBe(pause);
  });

  it('is up to twice as long by chance, so that many do not come back together', () => {
    expect(pauseBeforeRetry(FAILED, () => 0.999)).toBe(1000);
  });

  it('is what the service asks for, also with a 503', () => {
    expect(pauseBeforeRetry({ ...FAILED, kind: 'rate-limited', retryAfterMs: 1000 })).toBe(1000);
    expect(pauseBeforeRetry({ ...FAILED, kind: 'server', retryAfterMs: 3000 })).toBe(3000);
    expect(pauseBeforeRetry({ ...FAILED, kind: 'rate-limited', retryAfterMs: 0 })).toBe(0);
  });

  it('is not begun when it would leave no time for the answer', () => {
    expect(pauseBeforeRetry({ ...FAILED, kind: 'rate-limited', retryAfterMs: 1000, remainingMs: 1000 })).toBeNull();
    expect(pauseBeforeRetry({ ...FAILED, remainingMs: 400 }, noChance)).toBeNull();
  });

  it('does not exist past the last retry, and with none', () => {
    expect(pauseBeforeRetry({ ...FAILED, attempt: 3 })).toBeNull();
    expect(pauseBeforeRetry({ ...FAILED, maxRetries: 0 })).toBeNull();
  });

  it('does not exist for what a retry would not change', () => {
    const others = GROQ_FAILURE_KINDS.filter((kind) => kind !== 'server' && kind !== 'network');
    expect(others.filter((kind) => pauseBeforeRetry({ ...FAILED, kind }) !== null)).toEqual([]);
  });
});
