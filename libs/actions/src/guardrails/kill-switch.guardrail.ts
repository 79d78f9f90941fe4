import type { Guardrail } from './guardrail.js';
import { allow, deny, denyUnknown } from './verdict.js';

/** Also for actions that only look: whoever pulls it wants quiet. */
export const killSwitchGuardrail: Guardrail = {
  name: 'kill-switch',
  purpose: 'Nothing is done while the kill switch is engaged, read-only actions included; going back stays allowed.',
  moments: ['plan', 'execute'],
  check({ safety }) {
    const state = safety?.killSwitch;
    if (state?.engaged === false) return allow('The kill switch is off.');
    if (state?.engaged !== true) return denyUnknown('whether the kill switch is engaged');
    const by = state.by === null ? '' : ` by ${state.by}`;
    return deny(`The kill switch is engaged${by}: ${state.reason ?? 'no reason was given'}. Release it to go on.`);
  },
};
