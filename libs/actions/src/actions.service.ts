import { Injectable } from '@nestjs/common';
import type { ActionDefinition, ActionRisk, CandidateAction } from '@app/core';
import { ACTIONS } from './catalogue/actions.js';

const BY_TYPE: ReadonlyMap<string, ActionDefinition> = new Map(ACTIONS.map((action) => [action.type, action]));

/** The catalogue: which actions exist, and what each of them means. */
@Injectable()
export class ActionsService {
  catalogue(): readonly ActionDefinition[] {
    return ACTIONS;
  }

  find(type: string): ActionDefinition | null {
    return BY_TYPE.get(type) ?? null;
  }

  /** The risk with these parameters, which can be less than the type's; null for a type that does not exist. */
  riskOf(action: CandidateAction): ActionRisk | null {
    const definition = this.find(action.type);
    if (!definition) return null;
    // A replica more takes nothing away from anybody; one less does.
    if (action.type === 'k8s-scale' && action.parameters['replicaChange'] === 1) return 'reversible';
    return definition.risk;
  }
}
