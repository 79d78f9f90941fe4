import { RUN_MODES } from '@app/core';
import { isChange } from './action-traits.js';
import type { Guardrail } from './guardrail.js';
import { allow, deny, denyUnknown } from './verdict.js';

export const modeGuardrail: Guardrail = {
  name: 'mode',
  purpose:
    'A run acts in mode approve or auto only, and never above POLICY_MAX_MODE; in mode approve every change needs a decision. Read-only actions are bound to the mode as well.',
  moments: ['execute'],
  check({ action, run, settings, approval }) {
    const rank = RUN_MODES.indexOf(run.mode);
    const highest = RUN_MODES.indexOf(settings.maxMode);
    if (rank < 0) return denyUnknown('the mode of the run');
    if (highest < 0) return denyUnknown('POLICY_MAX_MODE');
    if (run.mode !== 'approve' && run.mode !== 'auto') return deny(`Mode ${run.mode} executes nothing.`);
    if (rank > highest) return deny(`Mode ${run.mode} is above POLICY_MAX_MODE, which is ${settings.maxMode}.`);
    if (run.mode === 'approve' && isChange(action) && !approval) {
      return deny('Mode approve changes nothing without an approval.');
    }
    return allow(`Mode ${run.mode} may execute it.`);
  },
};
