import type { PolicyRule } from '@app/config';
import type { Guardrail, GuardInput } from './guardrail.js';
import { isNotNegative, isNumber, isTextList } from './known-values.js';
import { pastActions } from './past-actions.js';
import { isWithin } from './time-window.js';
import { allow, deny, denyUnknown, type Judgement } from './verdict.js';

const DAY_MS = 86_400_000;

export const policyGuardrail: Guardrail = {
  name: 'policy',
  purpose:
    'The policy of the type lets it happen: gate, targets, times of day and budget per day, for read-only actions as well; what is lost for good needs API keys, so that a person has a name.',
  moments: ['plan', 'execute'],
  check(input) {
    const { action, settings } = input;
    const { rule } = settings;
    if (rule === undefined) return denyUnknown('the policy of the action type');
    if (action.gate === 'recommend' || rule?.gate === 'recommend') {
      return deny('The action is a recommendation: a person does it.');
    }
    if (action.risk === 'destructive' && settings.hasApiKeys !== true) {
      return deny('What is lost for good needs a named person: set API_KEYS.');
    }
    if (rule === null) return allow('The policy says nothing against it.');
    return (
      placeDenial(rule, input) ?? timeDenial(rule, input) ?? budgetDenial(rule, input) ?? allow('The policy allows it.')
    );
  },
};

function placeDenial({ targets, deny: denied }: PolicyRule, { action, run }: GuardInput): Judgement | null {
  if (!isTextList(action.members)) return denyUnknown('what the action acts on');
  const parts = [action.subject.id, ...action.members];
  if (denied !== undefined) {
    if (!isTextList(denied)) return denyUnknown('where the policy forbids the action');
    const hit = [run.target, ...parts].find((id) => lists(denied, id));
    if (hit !== undefined) return deny(`The policy forbids the action on ${hit}.`);
  }
  if (targets === undefined) return null;
  if (!isTextList(targets)) return denyUnknown('where the policy allows the action');
  if (lists(targets, run.target)) return null;
  const outside = parts.find((id) => !lists(targets, id));
  return outside === undefined ? null : deny(`The policy does not list ${outside} for the action.`);
}

/** UUIDs and addresses mean the same in capitals; a policy that missed one for its spelling would not protect it. */
function lists(ids: readonly string[], id: string): boolean {
  return ids.some((listed) => listed.toLowerCase() === id.toLowerCase());
}

function timeDenial({ windows }: PolicyRule, { nowMs }: GuardInput): Judgement | null {
  if (windows === undefined) return null;
  if (!isNumber(nowMs)) return denyUnknown('the present time');
  if (!Array.isArray(windows)) return denyUnknown('at what times the policy allows the action');
  if (windows.some((window) => isWithin(window, nowMs))) return null;
  return deny('The policy allows the action at other times only (windows).');
}

function budgetDenial({ perDay }: PolicyRule, input: GuardInput): Judgement | null {
  if (perDay === undefined) return null;
  if (!isNotNegative(perDay)) return denyUnknown('how often a day the policy allows the action');
  const past = pastActions(input);
  if ('problem' in past) return denyUnknown(past.problem);
  // What was begun counts, whatever became of it.
  const isOfToday = (begunAtMs: number): boolean => begunAtMs > input.nowMs - DAY_MS;
  const used = past.others.filter(({ entry, begunAtMs }) => entry.type === input.action.type && isOfToday(begunAtMs));
  if (used.length < perDay) return null;
  return deny(`The budget of the policy is used up: ${used.length} of ${perDay} in 24 hours.`);
}
