import type { Guardrail } from './guardrail.js';
import { allow, deny, denyUnknown } from './verdict.js';

const MOST_NAMED = 5;

export const preconditionsGuardrail: Guardrail = {
  name: 'preconditions',
  purpose:
    'Every condition of the action holds on the device as it is now; one that could not be read does not hold. For read-only actions as well.',
  moments: ['plan', 'execute'],
  check({ preconditions }) {
    if (!Array.isArray(preconditions)) return denyUnknown('the preconditions of the action');
    const failing = preconditions.filter((condition) => condition?.holds !== true);
    if (failing.length === 0) return allow(`All ${preconditions.length} preconditions hold.`);
    const named = failing.slice(0, MOST_NAMED).map((condition) => {
      const text = String(condition?.text ?? 'a condition without a text');
      return condition?.holds === false ? `does not hold: ${text}` : `could not be read: ${text}`;
    });
    return deny(named.join(' '));
  },
};
