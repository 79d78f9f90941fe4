import { isChange } from './action-traits.js';
import type { Guardrail } from './guardrail.js';
import { allow, deny, denyUnknown } from './verdict.js';

export const freezeGuardrail: Guardrail = {
  name: 'freeze',
  purpose: 'Nothing is changed on a frozen target; read-only actions go on, since a person needs what they tell.',
  moments: ['plan', 'execute'],
  check({ action, run, safety }) {
    const freeze = safety?.freeze;
    if (freeze === undefined) return denyUnknown('whether the target is frozen');
    if (freeze === null) return allow('The target is not frozen.');
    if (!isChange(action)) return allow('The target is frozen, and the action changes nothing.');
    return deny(
      `${run.target} is frozen since ${freeze.at} by ${freeze.by}: ${freeze.reason}. Lift the freeze to go on.`,
    );
  },
};
