import { ACTION_GATES, type ActionGate } from '@app/core';
import { isChange } from './action-traits.js';
import type { Guardrail, GuardInput } from './guardrail.js';
import { instantOf, isNumber, isText } from './known-values.js';
import { allow, deny, denyUnknown, type Judgement } from './verdict.js';

/** Who the agent is to itself; none of them is a person. */
const NOBODY: readonly string[] = ['local', 'startup', 'agent'];

export const approvalGuardrail: Guardrail = {
  name: 'approval',
  purpose:
    'A change was approved by a person, in this plan and in time, or an explicit policy lets it happen by itself in mode auto; read-only actions need no approval unless the policy asks for one.',
  moments: ['execute'],
  check(input) {
    const { action, run, settings } = input;
    if (settings.rule === undefined) return denyUnknown('the policy of the action type');
    const gate = stricter(action.gate, settings.rule?.gate ?? 'automatic');
    if (gate === null) return denyUnknown('who lets the action happen (its gate)');
    if (gate === 'recommend') return deny('The action is a recommendation: a person does it.');
    if (gate === 'automatic' && !isChange(action)) {
      const mayAct = run.mode === 'approve' || run.mode === 'auto';
      return mayAct
        ? allow('It changes nothing, so that nobody has to approve it.')
        : deny('The mode executes nothing.');
    }
    if (gate === 'automatic' && mayRunByItself(input)) return allow('The policy of the type lets it happen by itself.');
    return judgeApproval(input);
  },
};

/** A change by itself takes mode `auto` and a policy that says so for the type; what is lost for good always takes a person. */
function mayRunByItself({ action, run, settings }: GuardInput): boolean {
  const isRestorable = action.risk === 'reversible' || action.risk === 'disruptive';
  return run.mode === 'auto' && settings.rule?.gate === 'automatic' && isRestorable;
}

function judgeApproval({ action, plan, approval, nowMs }: GuardInput): Judgement {
  if (!isNumber(nowMs)) return denyUnknown('the present time');
  if (!plan || !isText(plan.hash)) return denyUnknown('the plan that was approved');
  const expiresAtMs = instantOf(plan.expiresAt);
  if (expiresAtMs === null) return denyUnknown('until when the plan may be approved');
  if (!approval) return deny('Nobody has approved it.');
  if (approval.decision !== 'approve') return deny(`The decision was ${String(approval.decision)}.`);
  if (approval.planHash !== plan.hash) return deny('The approval is for another plan.');
  if (!Array.isArray(approval.actionIds) || !approval.actionIds.includes(action.id)) {
    return deny('The approval does not include this action.');
  }
  if (!isText(approval.by)) return denyUnknown('who approved it');
  const approvedAtMs = instantOf(approval.at);
  if (approvedAtMs === null) return denyUnknown('when it was approved');
  if (approvedAtMs > nowMs) return deny('The approval is from the future: the clock was set back.');
  if (nowMs >= expiresAtMs || approvedAtMs >= expiresAtMs) return deny(`The approval expired at ${plan.expiresAt}.`);
  if (action.risk === 'destructive' && NOBODY.includes(approval.by)) {
    return deny('What is lost for good has to be approved by a named person (API_KEYS).');
  }
  return allow(`Approved by ${approval.by} at ${approval.at}.`);
}

/** The configuration may have become stricter since the plan was made. Null for what is no gate. */
function stricter(planned: ActionGate, configured: ActionGate): ActionGate | null {
  const ranks = [planned, configured].map((gate) => ACTION_GATES.indexOf(gate));
  return ranks.includes(-1) ? null : (ACTION_GATES[Math.max(...ranks)] ?? null);
}
