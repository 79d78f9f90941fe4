import type { Guardrail } from './guardrail.js';
import { allow, deny, denyUnknown } from './verdict.js';

export const executorGuardrail: Guardrail = {
  name: 'executor',
  purpose: 'This installation has something that can do the action; for read-only actions as well.',
  moments: ['plan', 'execute'],
  check({ executor }) {
    const reason = executor?.reason;
    if (reason === null) return allow('It can be done by this installation.');
    return typeof reason === 'string' ? deny(reason) : denyUnknown('whether this installation can do it');
  },
};
