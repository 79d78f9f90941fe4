import {
  type Alert,
  type Clearance,
  type GuardGate,
  type Judgement,
  planHash,
  type Planner,
  type Planning,
} from '@app/actions';
import type { GuardrailVerdict, OptimizationAction } from '@app/core';
import { KNOB_SUBJECT } from './device-knob.fake.js';

const EXPIRES_AT = '2026-01-01T01:00:00.000Z';

/** An action that turns the knob, waiting for approval unless said otherwise. */
export function aPlannedAction(values: Partial<OptimizationAction> = {}): OptimizationAction {
  return {
    id: 'action-1',
    type: 'gpu-restore-power-limit',
    parameters: {},
    subject: KNOB_SUBJECT,
    members: [KNOB_SUBJECT.id],
    risk: 'reversible',
    gate: 'approval',
    reversible: true,
    preview: 'turn the knob',
    recommendationId: null,
    findingIds: ['finding-1'],
    expected: null,
    status: 'proposed',
    guardrails: [],
    before: null,
    after: null,
    inverse: null,
    error: null,
    ...values,
  };
}

/** Plans what it was told to. */
export class ScriptedPlanner implements Pick<Planner, 'plan'> {
  actions: readonly OptimizationAction[] = [];
  expiresAt = EXPIRES_AT;
  failure: Error | null = null;

  async plan({ run }: Parameters<Planner['plan']>[0]): Promise<Planning> {
    if (this.failure !== null) throw this.failure;
    const { actions, expiresAt } = this;
    return { plan: { hash: planHash({ runId: run.id, expiresAt, actions }), expiresAt, actions }, leftOut: [] };
  }
}

/** Allows everything but what it was told to deny, and hands out values that its own `consume` takes once. */
export class ScriptedGuards {
  /** By the name of a guardrail: why it denies. */
  denials: Record<string, string> = {};
  readonly asked: string[] = [];
  private readonly given = new Set<object>();

  async judge(moment: string, { id }: OptimizationAction): Promise<Judgement> {
    this.asked.push(`${moment} ${id}`);
    const denied = Object.entries(this.denials).map(([name, reason]): GuardrailVerdict => ({
      name,
      verdict: 'deny',
      reason,
    }));
    if (denied.length > 0) return { verdicts: denied, clearance: null };
    const clearance = {};
    this.given.add(clearance);
    // Real ones come from the real gate alone, which asks every guardrail; here they would only be in the way.
    return {
      verdicts: [{ name: 'scripted', verdict: 'allow', reason: 'told to' }],
      clearance: clearance as unknown as Clearance,
    };
  }

  readonly consume: GuardGate['consume'] = (clearance) => this.given.delete(clearance);
}

/** Remembers the alerts. */
export class RememberingNotifier {
  readonly alerts: Pick<Alert, 'target' | 'runId' | 'title'>[] = [];
  failure: Error | null = null;

  async alert({ target, runId, title }: Pick<Alert, 'target' | 'runId' | 'title'>): Promise<boolean> {
    this.alerts.push({ target, runId, title });
    if (this.failure !== null) throw this.failure;
    return true;
  }
}
