import { definitionOf, riskOf } from '../catalogue/action-risk.js';
import type { Guardrail } from './guardrail.js';
import { parameterProblems } from './parameter-check.js';
import { allow, deny, denyUnknown } from './verdict.js';

export const parametersGuardrail: Guardrail = {
  name: 'parameters',
  purpose:
    'Type, risk and parameters are those of the catalogue: a risk never comes from text, and no parameter lies outside its schema. For read-only actions as well.',
  moments: ['plan', 'execute'],
  check({ action }) {
    const definition = typeof action.type === 'string' ? definitionOf(action.type) : null;
    if (definition === null) return deny('The catalogue has no action of this type.');
    const { parameters } = action;
    if (typeof parameters !== 'object' || parameters === null) return denyUnknown('the parameters');
    const risk = riskOf(action);
    if (action.risk !== risk) return deny(`The risk of ${action.type} with these parameters is ${risk}.`);
    const problems = parameterProblems(parameters, definition.parameters);
    if (problems.length > 0) return deny(`The parameters do not fit: ${problems.slice(0, 5).join('; ')}.`);
    return allow('The parameters are within the catalogue.');
  },
};
