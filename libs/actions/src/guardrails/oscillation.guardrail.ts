import { canonicalJson } from '../planner/canonical-json.js';
import { isChange } from './action-traits.js';
import type { Guardrail, GuardInput } from './guardrail.js';
import { duration, isNotNegative } from './known-values.js';
import { isSameKnob } from './knobs.js';
import { type PastAction, pastActions, sharesPart } from './past-actions.js';
import { allow, deny, denyUnknown } from './verdict.js';

const WINDOWS = 4;
const SHORTEST_SECONDS = 1_800;

export const oscillationGuardrail: Guardrail = {
  name: 'oscillation',
  purpose:
    'What this agent changed is not reversed or set to yet another value within four monitoring windows, at least half an hour: whoever turns a knob to and fro has not understood the cause. Read-only actions skip it.',
  moments: ['plan', 'execute'],
  check(input) {
    const { action, monitorSeconds, nowMs } = input;
    if (!isChange(action)) return allow('It changes nothing, so that it reverses nothing.');
    if (!isNotNegative(monitorSeconds)) return denyUnknown('the monitoring window of the action type');
    const past = pastActions(input);
    if ('problem' in past) return denyUnknown(past.problem);
    const spanSeconds = Math.max(SHORTEST_SECONDS, WINDOWS * monitorSeconds);
    const turned = past.others.find(
      (other) => other.hasChanged && (nowMs - other.lastAtMs) / 1000 < spanSeconds && turnsBack(other, action),
    );
    if (turned === undefined) return allow('It turns back no recent change of this agent.');
    const { entry, lastAtMs } = turned;
    const left = duration(spanSeconds - (nowMs - lastAtMs) / 1000);
    return deny(`It would turn back or change again what ${entry.type} of run ${entry.runId} did; wait ${left} more.`);
  },
};

/** The same once more is no turning back; that is for the cool-down. */
function turnsBack(past: PastAction, action: GuardInput['action']): boolean {
  if (!sharesPart(past, action) || !isSameKnob(past.entry, action)) return false;
  const isSameAgain =
    past.entry.type === action.type && canonicalJson(past.entry.parameters) === canonicalJson(action.parameters);
  return !isSameAgain;
}
