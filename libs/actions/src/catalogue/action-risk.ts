import type { ActionDefinition, ActionRisk } from '@app/core';
import { ACTIONS } from './actions.js';

const BY_TYPE: ReadonlyMap<string, ActionDefinition> = new Map(ACTIONS.map((action) => [action.type, action]));

export function definitionOf(type: string): ActionDefinition | null {
  return BY_TYPE.get(type) ?? null;
}

/** The risk with these parameters, which can be less than the type's; null for a type that does not exist. */
export function riskOf(action: {
  readonly type: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}): ActionRisk | null {
  const definition = definitionOf(action.type);
  if (!definition) return null;
  // A replica more takes nothing away from anybody; one less does.
  if (action.type === 'k8s-scale' && action.parameters['replicaChange'] === 1) return 'reversible';
  return definition.risk;
}
