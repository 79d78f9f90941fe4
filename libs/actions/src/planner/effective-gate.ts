import type { PolicyRule } from '@app/config';
import type { ActionDefinition, ActionGate, ActionRisk, RunMode } from '@app/core';

export interface GateQuestion {
  readonly definition: ActionDefinition;
  readonly risk: ActionRisk;
  readonly rule: PolicyRule | null;
  readonly mode: RunMode;
  /** Whether this installation has something that does it. */
  readonly isExecutable: boolean;
}

/**
 * Who lets the action happen in this run. A change happens by itself in mode `auto` only, and only where the policy says
 * so for its type; what is lost for good always needs a person. Policy can't make an action of a recommendation.
 */
export function effectiveGate({ definition, risk, rule, mode, isExecutable }: GateQuestion): ActionGate {
  if (!isExecutable || definition.gate === 'recommend') return 'recommend';
  const gate = rule?.gate ?? definition.gate;
  if (gate !== 'automatic' || risk === 'read-only') return gate;
  return mode === 'auto' && risk !== 'destructive' ? 'automatic' : 'approval';
}
