import type { GroqFailureKind } from './failure-kinds.js';

/** The first pause after an error of the service, doubled each time; up to as much again is added by chance. */
const BACKOFF_MS = 500;

export interface FailedAttempt {
  readonly kind: GroqFailureKind;
  /** What the service asked for, in milliseconds; null when it did not. */
  readonly retryAfterMs: number | null;
  /** Counted from 1. */
  readonly attempt: number;
  readonly maxRetries: number;
  readonly remainingMs: number;
}

/**
 * Milliseconds to wait before the same request is sent again, or null when it is not.
 *
 * Only errors that may pass are worth it: 429 with `Retry-After` (without one nobody says when it is worth it), 5xx,
 * and a lost connection. A pause that leaves no time for the answer is not begun.
 */
export function pauseBeforeRetry(
  { kind, retryAfterMs, attempt, maxRetries, remainingMs }: FailedAttempt,
  chance: () => number = Math.random,
): number | null {
  if (attempt > maxRetries) return null;
  const pause = retryAfterMs ?? BACKOFF_MS * 2 ** (attempt - 1) * (1 + chance());
  const mayPass = kind === 'server' || kind === 'network' || (kind === 'rate-limited' && retryAfterMs !== null);
  return mayPass && pause < remainingMs ? Math.round(pause) : null;
}
