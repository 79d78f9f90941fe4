import type { ActionRisk, Recommendation } from '@app/core';

const LEVELS: Readonly<Record<ActionRisk, Recommendation['risk']>> = {
  'read-only': 'low',
  reversible: 'low',
  disruptive: 'medium',
  destructive: 'high',
};

/** The risk of an action in the three words of a recommendation. */
export function riskLevel(risk: ActionRisk): Recommendation['risk'] {
  return LEVELS[risk];
}
