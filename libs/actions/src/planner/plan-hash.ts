import { createHash } from 'node:crypto';
import type { OptimizationAction, Plan } from '@app/core';
import { canonicalJson } from './canonical-json.js';

/** What a hash is made of; a stored plan and the id of its run have it. */
export interface PlanContent extends Pick<Plan, 'expiresAt' | 'actions'> {
  readonly runId: string;
}

/** All of an action that decides what is done, and why it may be. What becomes of it later has no part in it. */
export function actionContent(action: OptimizationAction): Record<string, unknown> {
  const { id, type, parameters, subject, members, risk, gate, findingIds } = action;
  return { id, type, parameters, subject, members, risk, gate, findingIds };
}

/**
 * SHA-256 in hexadecimal over all that a person approves: which actions in which order, on what, in which run, and until
 * when. The order of keys and the statuses have no part in it.
 * @throws TypeError when a parameter is no JSON value
 */
export function planHash({ runId, expiresAt, actions }: PlanContent): string {
  const content = canonicalJson({ runId, expiresAt, actions: actions.map(actionContent) }, 'plan');
  return createHash('sha256').update(content).digest('hex');
}
