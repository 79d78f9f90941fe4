import { isChange } from './action-traits.js';
import type { Guardrail } from './guardrail.js';
import { duration, isNotNegative } from './known-values.js';
import { pastActions } from './past-actions.js';
import { allow, deny, denyUnknown } from './verdict.js';

export const oneKnobGuardrail: Guardrail = {
  name: 'one-knob',
  purpose:
    'One change of a target at a time, of all runs: none is under way, and the device changed last longer than a monitoring window ago, since nobody could tell their effects apart. Read-only actions skip it.',
  moments: ['plan', 'execute'],
  check(input) {
    const { action, monitorSeconds, nowMs } = input;
    if (!isChange(action)) return allow('It changes nothing, so that it disturbs no measurement.');
    if (!isNotNegative(monitorSeconds)) return denyUnknown('the monitoring window of the action type');
    const past = pastActions(input);
    if ('problem' in past) return denyUnknown(past.problem);
    if (past.own !== null && past.own.entry.phase !== 'intended') {
      return deny('This very action was begun before; it is never done a second time.');
    }
    for (const { entry, endedAtMs, changedAtMs, hasChanged } of past.others) {
      const what = `${entry.type} on ${entry.subject.label} (run ${entry.runId})`;
      if (endedAtMs === null && entry.risk !== 'read-only') return deny(`Another change is under way: ${what}.`);
      if (changedAtMs === null || !hasChanged) continue;
      const elapsedSeconds = (nowMs - changedAtMs) / 1000;
      if (elapsedSeconds < monitorSeconds) {
        const left = duration(monitorSeconds - elapsedSeconds);
        return deny(`Another change was made within the monitoring window: ${what}; wait ${left} more.`);
      }
    }
    return allow('No other change is under way or too recent.');
  },
};
