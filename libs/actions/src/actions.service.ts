import { Injectable } from '@nestjs/common';
import type { ActionDefinition, ActionRisk, CandidateAction } from '@app/core';
import { definitionOf, riskOf } from './catalogue/action-risk.js';
import { ACTIONS } from './catalogue/actions.js';

/** The catalogue: which actions exist, and what each of them means. */
@Injectable()
export class ActionsService {
  catalogue(): readonly ActionDefinition[] {
    return ACTIONS;
  }

  find(type: string): ActionDefinition | null {
    return definitionOf(type);
  }

  /** The risk with these parameters, which can be less than the type's; null for a type that does not exist. */
  riskOf(action: CandidateAction): ActionRisk | null {
    return riskOf(action);
  }
}
