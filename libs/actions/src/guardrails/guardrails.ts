import { approvalGuardrail } from './approval.guardrail.js';
import { blastRadiusGuardrail } from './blast-radius.guardrail.js';
import { circuitBreakerGuardrail } from './circuit-breaker.guardrail.js';
import { coolDownGuardrail } from './cool-down.guardrail.js';
import { evidenceAgreementGuardrail } from './evidence-agreement.guardrail.js';
import { evidenceFreshGuardrail } from './evidence-fresh.guardrail.js';
import { executorGuardrail } from './executor.guardrail.js';
import { freezeGuardrail } from './freeze.guardrail.js';
import type { Guardrail } from './guardrail.js';
import { identityGuardrail } from './identity.guardrail.js';
import { killSwitchGuardrail } from './kill-switch.guardrail.js';
import { modeGuardrail } from './mode.guardrail.js';
import { oneKnobGuardrail } from './one-knob.guardrail.js';
import { oscillationGuardrail } from './oscillation.guardrail.js';
import { parametersGuardrail } from './parameters.guardrail.js';
import { planIntegrityGuardrail } from './plan-integrity.guardrail.js';
import { policyGuardrail } from './policy.guardrail.js';
import { preconditionsGuardrail } from './preconditions.guardrail.js';

/** Every guardrail. All of them are asked; the first denial of this order is the one that is told first. */
export const GUARDRAILS: readonly Guardrail[] = [
  killSwitchGuardrail,
  freezeGuardrail,
  modeGuardrail,
  approvalGuardrail,
  planIntegrityGuardrail,
  policyGuardrail,
  executorGuardrail,
  parametersGuardrail,
  preconditionsGuardrail,
  evidenceFreshGuardrail,
  evidenceAgreementGuardrail,
  identityGuardrail,
  coolDownGuardrail,
  oneKnobGuardrail,
  blastRadiusGuardrail,
  circuitBreakerGuardrail,
  oscillationGuardrail,
];
