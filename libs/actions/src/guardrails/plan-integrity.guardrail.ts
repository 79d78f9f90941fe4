import { actionContent, planHash } from '../planner/plan-hash.js';
import { canonicalJson } from '../planner/canonical-json.js';
import type { Guardrail } from './guardrail.js';
import { instantOf, isNumber, isText } from './known-values.js';
import { allow, deny, denyUnknown } from './verdict.js';

export const planIntegrityGuardrail: Guardrail = {
  name: 'plan-integrity',
  purpose:
    'The stored plan still has the content that its hash was made of, lists exactly this action for this run and target, and has not expired; for read-only actions as well.',
  moments: ['execute'],
  check({ action, run, plan, planned, nowMs }) {
    if (!plan || !isText(plan.hash) || !Array.isArray(plan.actions)) return denyUnknown('the stored plan');
    if (!isText(run.id)) return denyUnknown('the run of the plan');
    if (!isText(run.target) || !planned?.snapshot) return denyUnknown('the target that the plan was made for');
    if (planned.snapshot.target !== run.target) return deny('The plan was made for another target.');
    const expiresAtMs = instantOf(plan.expiresAt);
    if (expiresAtMs === null || !isNumber(nowMs)) return denyUnknown('whether the plan has expired');
    if (nowMs >= expiresAtMs) return deny(`The plan expired at ${plan.expiresAt}.`);
    const { expiresAt, actions } = plan;
    if (planHash({ runId: run.id, expiresAt, actions }) !== plan.hash) {
      return deny('The plan is not the one that was made for this run: its content does not fit its hash.');
    }
    const [listed, ...more] = actions.filter(({ id }) => id === action.id);
    if (listed === undefined || more.length > 0) return deny('The plan does not list the action, or more than once.');
    if (canonicalJson(actionContent(listed)) !== canonicalJson(actionContent(action))) {
      return deny('The plan lists the action with another content.');
    }
    return allow('The plan is unchanged and lists the action.');
  },
};
