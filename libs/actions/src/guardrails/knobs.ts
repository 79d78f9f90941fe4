import { ACTIONS } from '../catalogue/actions.js';

type Parameters = Readonly<Record<string, unknown>>;

/** Parameters that say what is changed, not to what: with another one of these it is another knob. */
const OBJECT_PARAMETERS = [
  'loraName',
  'backendName',
  'backend',
  'cacheSalt',
  'namespace',
  'deployment',
  'node',
  'instanceId',
];

/** Types that turn the same knob: each with those that undo it, directly or by way of a third one. */
const KNOBS: ReadonlyMap<string, string> = knobsOf(ACTIONS);

function knobsOf(actions: readonly { readonly type: string; readonly inverse: string | null }[]): Map<string, string> {
  const knobs = new Map(actions.map(({ type }) => [type, type]));
  for (const { type, inverse } of actions) {
    if (inverse === null) continue;
    const [from, to] = [knobs.get(inverse) ?? inverse, knobs.get(type) ?? type];
    for (const [member, knob] of knobs) if (knob === from) knobs.set(member, to);
  }
  return knobs;
}

interface Turn {
  readonly type: string;
  readonly parameters: Parameters;
}

/** Whether the two turn the same knob of what they act on, e.g. its power limit. */
export function isSameKnob(one: Turn, other: Turn): boolean {
  const knob = KNOBS.get(one.type) ?? one.type;
  if (knob !== (KNOBS.get(other.type) ?? other.type)) return false;
  return OBJECT_PARAMETERS.every((name) => {
    const [left, right] = [one.parameters[name], other.parameters[name]];
    return left === undefined || right === undefined || left === right;
  });
}
