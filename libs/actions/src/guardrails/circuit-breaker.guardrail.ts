import { isChange } from './action-traits.js';
import type { Guardrail } from './guardrail.js';
import { isNumber } from './known-values.js';
import { type PastAction, pastActions } from './past-actions.js';
import { allow, deny, denyUnknown } from './verdict.js';

const DAY_MS = 86_400_000;
const FAILURES_TO_OPEN = 3;

export const circuitBreakerGuardrail: Guardrail = {
  name: 'circuit-breaker',
  purpose:
    'After three failures of a type on a target within 24 hours, or one way back of any type that failed, nothing more of it is tried until a person has lifted the freeze (or the day is over, without a failed way back). Read-only actions skip it.',
  moments: ['plan', 'execute'],
  check(input) {
    const { action, safety, nowMs } = input;
    if (!isChange(action)) return allow('It changes nothing, so that its failures do no harm.');
    const resetAtMs = safety?.breakerResetAtMs;
    if (resetAtMs !== null && !isNumber(resetAtMs)) return denyUnknown('when the circuit breaker was reset');
    if (resetAtMs !== null && resetAtMs > nowMs)
      return denyUnknown('when the circuit breaker was reset: it lies in the future');
    const past = pastActions(input);
    if ('problem' in past) return denyUnknown(past.problem);
    const counts = ({ endedAtMs }: PastAction): boolean => endedAtMs !== null && endedAtMs > (resetAtMs ?? -Infinity);
    const stuck = past.others.find((other) => other.entry.phase === 'undo-failed' && counts(other));
    if (stuck !== undefined) {
      const { type, subject, runId } = stuck.entry;
      return deny(
        `The way back of ${type} on ${subject.label} failed (run ${runId}): look at the target and lift its freeze.`,
      );
    }
    const failures = past.others.filter(
      (other) =>
        other.entry.type === action.type &&
        (other.entry.phase === 'failed' || other.entry.phase === 'undone') &&
        counts(other) &&
        (other.endedAtMs ?? 0) > nowMs - DAY_MS,
    );
    if (failures.length < FAILURES_TO_OPEN) return allow(`${failures.length} failures within 24 hours.`);
    return deny(
      `${action.type} failed or was taken back ${failures.length} times on ${input.run.target} within 24 hours.`,
    );
  },
};
