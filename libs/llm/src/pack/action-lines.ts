import type { ActionDefinition } from '@app/core';
import { shortened, withoutFence } from './clean-text.js';

type Property = Readonly<Record<string, unknown>>;
const LONGEST_DESCRIPTION = 160;

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function range(property: Property): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = property;
  const from = isNumber(minimum) ? `from ${minimum}` : isNumber(exclusiveMinimum) ? `above ${exclusiveMinimum}` : '';
  const to = isNumber(maximum) ? `to ${maximum}` : isNumber(exclusiveMaximum) ? `below ${exclusiveMaximum}` : '';
  return [from, to]
    .filter((part) => part !== '')
    .map((part) => ` ${part}`)
    .join('');
}

function values(property: Property): string {
  if (Array.isArray(property['enum'])) return property['enum'].map(String).join(' or ');
  if ('const' in property) return String(property['const']);
  // A free text may only repeat a name of the data; the verifier holds a model to that.
  if (property['type'] === 'string') return 'name from the data';
  return `${String(property['type'])}${range(property)}`;
}

/** One entry of the closed list of actions: risk, who allows it, what it does, which parameters it takes. */
export function actionLine(action: ActionDefinition, isDescribed: boolean): string {
  const { type, risk, gate, title, description, parameters } = action;
  const taken = Object.entries(parameters.properties).map(
    ([name, property]) => `${name}${parameters.required.includes(name) ? '' : '?'}: ${values(property)}`,
  );
  const meaning = isDescribed ? shortened(description, LONGEST_DESCRIPTION) : `${title}.`;
  const takes = taken.length > 0 ? ` Parameters: ${taken.join('; ')}.` : '';
  return withoutFence(` ${type} (${risk}, ${gate}): ${meaning}${takes}`);
}
