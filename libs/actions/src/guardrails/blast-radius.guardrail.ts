import { isChange } from './action-traits.js';
import { changedUnits, type Unit, unitsOf } from './blast-units.js';
import type { Guardrail, GuardInput } from './guardrail.js';
import { isTextList } from './known-values.js';
import { lastEngineProblem } from './last-engine.js';
import { type PastAction, pastActions } from './past-actions.js';
import { allow, deny, denyUnknown, type Judgement } from './verdict.js';

const LARGEST_SHARE = 0.25;

export const blastRadiusGuardrail: Guardrail = {
  name: 'blast-radius',
  purpose:
    'At most one, or a quarter, of the GPUs, engines and caches of a target change at once (GPUs of one engine count as one), and the last healthy engine of a model is never taken out. Read-only actions skip it.',
  moments: ['plan', 'execute'],
  check(input) {
    const { action, present } = input;
    if (!isChange(action)) return allow('It changes nothing.');
    if (!present?.snapshot) return denyUnknown('the GPUs and engines of the target');
    if (!isTextList(action.members) || action.members.length === 0) return denyUnknown('what the action acts on');
    const past = pastActions(input);
    if ('problem' in past) return denyUnknown(past.problem);
    const problem = lastEngineProblem(action, present.snapshot, past.others);
    if (problem !== null) return deny(problem);
    return shareDenial(input, past.others) ?? allow('Enough of the target stays as it is.');
  },
};

function shareDenial({ action, present }: GuardInput, others: readonly PastAction[]): Judgement | null {
  if (!present) return denyUnknown('the GPUs and engines of the target');
  const units = unitsOf(present.snapshot);
  if (units === null) return denyUnknown('which engines use the GPUs');
  const underWay = others.filter(({ endedAtMs, entry }) => endedAtMs === null && entry.risk !== 'read-only');
  const acting = [action.members, ...underWay.map(({ entry }) => entry.members)];
  for (const kind of ['gpu', 'engine', 'cache'] as const satisfies readonly Unit['kind'][]) {
    const ofKind = units.filter((unit) => unit.kind === kind);
    const changed = changedUnits(ofKind, acting);
    const most = Math.max(1, Math.floor(ofKind.length * LARGEST_SHARE));
    if (changed > most) {
      return deny(`${changed} of ${ofKind.length} ${kind} groups would change at once; at most ${most} may.`);
    }
  }
  return null;
}
