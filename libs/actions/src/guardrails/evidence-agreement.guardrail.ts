import type { Analysis } from '@app/core';
import { isChange } from './action-traits.js';
import { contradicting } from './contradictions.js';
import type { Guardrail, GuardInput } from './guardrail.js';
import { isTextList } from './known-values.js';
import { allow, deny, denyUnknown, type Judgement } from './verdict.js';

export const evidenceAgreementGuardrail: Guardrail = {
  name: 'evidence-agreement',
  purpose:
    'Every finding of a change is still confirmed, none with low confidence, the health of the target is known, and no other confirmed finding speaks against it. A read-only action only needs its finding at planning.',
  moments: ['plan', 'execute'],
  check({ action, planned, present }) {
    if (!isTextList(action.findingIds) || action.findingIds.length === 0) {
      return denyUnknown('which finding the action answers');
    }
    if (!isChange(action)) {
      if (!planned?.analysis) return denyUnknown('the analysis that the plan was made from');
      return findingDenial(action, planned.analysis) ?? allow('Its findings were confirmed at planning.');
    }
    if (!present?.snapshot || !present.analysis) return denyUnknown('the present analysis');
    const { snapshot, analysis } = present;
    const denial = findingDenial(action, analysis) ?? confidenceDenial(action, analysis) ?? healthDenial(analysis);
    if (denial !== null) return denial;
    const [against] = contradicting(action, snapshot, analysis.findings);
    if (against !== undefined)
      return deny(`${against.finding.title} (${against.finding.id}) speaks against it: ${against.why}.`);
    return allow('Its findings still stand, and none speaks against it.');
  },
};

function findingDenial({ findingIds }: GuardInput['action'], { findings }: Analysis): Judgement | null {
  for (const id of findingIds) {
    const finding = findings.find((other) => other.id === id);
    if (finding === undefined) return deny(`The finding ${id} does not stand any more.`);
    if (finding.state !== 'confirmed') return deny(`The finding ${id} is not confirmed.`);
  }
  return null;
}

function confidenceDenial({ findingIds }: GuardInput['action'], { findings }: Analysis): Judgement | null {
  for (const { id, confidence } of findings) {
    if (!findingIds.includes(id) || confidence === 'high' || confidence === 'medium') continue;
    return deny(`The confidence of the finding ${id} is ${String(confidence)}: nothing is changed on it.`);
  }
  return null;
}

function healthDenial({ healthStatus }: Analysis): Judgement | null {
  if (healthStatus === 'healthy' || healthStatus === 'degraded' || healthStatus === 'critical') return null;
  return deny('The health of the target is unknown: a configured source could not be read.');
}
