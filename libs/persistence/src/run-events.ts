import type {
  Analysis,
  Insights,
  OptimizationAction,
  Outcome,
  Plan,
  RunEvent,
  RunStage,
  RunStatus,
  RunStep,
} from '@app/core';
import type { RunPatch } from './run-store.js';

export type NewRunEvent = Pick<RunEvent, 'event' | 'data'>;

/** What a run was when the patch came. */
export interface RunBefore {
  readonly status: RunStatus;
  readonly stage: RunStage | null;
  readonly plan: Plan | null;
}

/**
 * What a reader of the run is told of a change: what was found and decided, then the steps that have ended, then the
 * stage that begins, and the status last, since a terminal one is the end of what there is to read.
 */
export function eventsOfChange(before: RunBefore, to: RunStatus, patch: RunPatch): NewRunEvent[] {
  const { analysis, insights, plan, outcome } = patch.payloads ?? {};
  const stage = patch.stage === undefined ? before.stage : patch.stage;
  const hasStatusNews = to !== before.status || outcome !== undefined;
  return [
    ...(analysis === undefined ? [] : findingEvents(analysis)),
    ...(insights === undefined ? [] : [insightEvent(insights)]),
    ...(plan === undefined ? [] : actionEvents(before.plan, plan)),
    ...(patch.steps ?? []).map(endEvent),
    ...(patch.stage === undefined || patch.stage === null ? [] : [beginEvent(patch.stage)]),
    ...(hasStatusNews ? [statusEvent(to, stage, outcome)] : []),
  ];
}

export function statusEvent(status: RunStatus, stage: RunStage | null, outcome?: Outcome): NewRunEvent {
  if (outcome === undefined) return { event: 'status', data: { status, stage } };
  const { verdict, rolledBack, frozen, explanation } = outcome;
  return { event: 'status', data: { status, stage, outcome: { verdict, rolledBack, frozen, explanation } } };
}

function findingEvents({ findings }: Analysis): NewRunEvent[] {
  return findings.map(({ id, ruleId, severity, state, subject, title }) => ({
    event: 'finding',
    data: { id, ruleId, severity, state, subject, title },
  }));
}

function insightEvent({ source, summary, recommendations, degradedReason }: Insights): NewRunEvent {
  return { event: 'insight', data: { source, summary, recommendations: recommendations.length, degradedReason } };
}

/** Only those that are new or went on: the whole plan is stored with each step of one action. */
function actionEvents(before: Plan | null, { actions }: Plan): NewRunEvent[] {
  const earlier = new Map(before?.actions.map((action) => [action.id, action]));
  const isNews = ({ id, status, error }: OptimizationAction): boolean => {
    const known = earlier.get(id);
    return known === undefined || known.status !== status || known.error !== error;
  };
  return actions.filter(isNews).map(({ id, type, status, subject, gate, risk, preview, error }) => ({
    event: 'action',
    data: { id, type, status, subject, gate, risk, preview, error },
  }));
}

function endEvent(step: RunStep): NewRunEvent {
  return { event: 'stage', data: { ...step, state: 'ended' } };
}

function beginEvent(stage: RunStage): NewRunEvent {
  return { event: 'stage', data: { stage, state: 'begun' } };
}
