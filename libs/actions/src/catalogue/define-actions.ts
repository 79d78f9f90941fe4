import type { ActionDefinition, ParameterSchema } from '@app/core';

type Properties = ParameterSchema['properties'];
type Draft = Partial<ActionDefinition> & Pick<ActionDefinition, 'type' | 'title' | 'description'>;

/** A closed parameter object; all but the named ones are required. */
export function parameters(properties: Properties = {}, optional: readonly string[] = []): ParameterSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

const DEFAULTS = { reversible: false, parameters: parameters(), preconditions: [], inverse: null } as const;

/** Changes no state, so that nobody has to allow it. */
export function readOnly(draft: Draft): ActionDefinition {
  return { ...DEFAULTS, risk: 'read-only', gate: 'automatic', reversible: true, ...draft };
}

/** The former value is known and can be put back without losing a request. */
export function reversible(draft: Draft): ActionDefinition {
  return { ...DEFAULTS, risk: 'reversible', gate: 'approval', reversible: true, ...draft };
}

/** Work in flight may fail or slow down; the service recovers. */
export function disruptive(draft: Draft): ActionDefinition {
  return { ...DEFAULTS, risk: 'disruptive', gate: 'approval', ...draft };
}

/** State is lost and can't be put back. */
export function destructive(draft: Draft): ActionDefinition {
  return { ...DEFAULTS, risk: 'destructive', gate: 'approval', ...draft };
}

/** Text for a person; the risk is the one that doing it has. */
export function recommended(draft: Draft & Pick<ActionDefinition, 'risk'>): ActionDefinition {
  return { ...DEFAULTS, gate: 'recommend', ...draft };
}

/** A setting that takes effect with a restart, hence disruptive; putting the former value back undoes it. */
export function setting(draft: Draft): ActionDefinition {
  return recommended({
    risk: 'disruptive',
    reversible: true,
    preconditions: [
      'The present value is known and written down.',
      'The change is tried on one replica first; it needs a restart.',
    ],
    ...draft,
  });
}
