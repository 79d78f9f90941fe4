import type { EffectRecord, Freeze, JournalEntry, NewAuditRecord, OptimizationAction, Plan } from '@app/core';

const AT = '2026-01-01T00:00:00.000Z';
const SUBJECT = { kind: 'gpu', id: 'GPU-1', label: 'GPU 0' } as const;

/** A proposed action that a person has to approve. */
export function anOptimizationAction(values: Partial<OptimizationAction> = {}): OptimizationAction {
  return {
    id: 'action-1',
    type: 'gpu-set-power-limit',
    parameters: { watts: 600 },
    subject: SUBJECT,
    risk: 'reversible',
    gate: 'approval',
    reversible: true,
    preview: 'nvidia-smi -i GPU-1 -pl 600',
    recommendationId: null,
    findingIds: ['finding-1'],
    status: 'proposed',
    guardrails: [],
    members: ['GPU-1'],
    expected: null,
    before: null,
    after: null,
    inverse: null,
    error: null,
    ...values,
  };
}

/** A plan with one action, good for an hour. */
export function aPlan(values: Partial<Plan> = {}): Plan {
  return { hash: 'plan-hash', expiresAt: '2026-01-01T01:00:00.000Z', actions: [anOptimizationAction()], ...values };
}

/** An intent: nothing has been done yet. */
export function aJournalEntry(values: Partial<JournalEntry> = {}): JournalEntry {
  return {
    runId: 'run_1',
    actionId: 'action-1',
    target: 'local',
    type: 'gpu-set-power-limit',
    subject: SUBJECT,
    members: ['GPU-1'],
    parameters: { watts: 600 },
    risk: 'reversible',
    planHash: 'plan-hash',
    phase: 'intended',
    intendedAt: AT,
    appliedAt: null,
    verifiedAt: null,
    endedAt: null,
    before: { requestedLimitWatts: 700 },
    after: null,
    baseline: null,
    output: null,
    error: null,
    ...values,
  };
}

export function anAuditRecord(values: Partial<NewAuditRecord> = {}): NewAuditRecord {
  return {
    kind: 'execution',
    event: 'executed',
    actor: 'agent',
    target: 'local',
    runId: 'run_1',
    actionId: 'action-1',
    planHash: 'plan-hash',
    reason: null,
    details: { watts: 600 },
    ...values,
  };
}

/** What was predicted of an action came about. */
export function anEffect(values: Partial<EffectRecord> = {}): EffectRecord {
  return {
    runId: 'run_1',
    actionId: 'action-1',
    target: 'local',
    type: 'gpu-set-power-limit',
    ruleId: 'gpu-power-headroom',
    at: AT,
    predicted: { signal: 'gpus.power.drawWatts', direction: 'down', changeRatio: -0.1, basis: 'The limit is lower.' },
    observedChangeRatio: -0.2,
    verdict: 'improved',
    ...values,
  };
}

export function aFreeze(values: Partial<Freeze> = {}): Freeze {
  return { target: 'local', at: AT, reason: 'The rollback failed.', runId: 'run_1', by: 'agent', ...values };
}
