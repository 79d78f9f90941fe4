import type { Guardrail } from './guardrail.js';
import { duration, isNotNegative } from './known-values.js';
import { type PastAction, pastActions } from './past-actions.js';
import { allow, deny, denyUnknown } from './verdict.js';

/** What had to be taken back is not tried again soon. */
const AFTER_UNDO = 4;

export const coolDownGuardrail: Guardrail = {
  name: 'cool-down',
  purpose:
    'The same action on the same subject rests for its cool-down after it ended, four times as long after it was or could not be taken back; for read-only actions as well, so that nobody is told the same thing over and over.',
  moments: ['plan', 'execute'],
  check(input) {
    const { action, nowMs, settings } = input;
    if (settings.rule === undefined) return denyUnknown('the policy of the action type');
    const coolDownSeconds = settings.rule?.coolDownSeconds ?? input.coolDownSeconds;
    if (!isNotNegative(coolDownSeconds)) return denyUnknown('the cool-down of the action type');
    const past = pastActions(input);
    if ('problem' in past) return denyUnknown(past.problem);
    const isSame = ({ entry }: PastAction): boolean =>
      entry.type === action.type && entry.subject.id === action.subject.id;
    for (const { entry, endedAtMs } of past.others.filter(isSame)) {
      if (endedAtMs === null) return deny(`The same action of run ${entry.runId} has not ended.`);
      const factor = entry.phase === 'undone' || entry.phase === 'undo-failed' ? AFTER_UNDO : 1;
      const elapsedSeconds = (nowMs - endedAtMs) / 1000;
      const leftSeconds = coolDownSeconds * factor - elapsedSeconds;
      // An end in the future is no end: the clock was set back.
      if (leftSeconds > 0 || elapsedSeconds < 0) {
        return deny(`The same action on the same subject ended as ${entry.phase}; wait ${duration(leftSeconds)} more.`);
      }
    }
    return allow('Its cool-down is over.');
  },
};
