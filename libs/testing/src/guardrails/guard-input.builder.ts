import type { GuardInput } from '@app/actions';
import type { Analysis, Approval, Finding, JournalEntry, OptimizationAction, Plan, Snapshot } from '@app/core';
import {
  aFrame,
  aFrameEngine,
  aFrameGpu,
  FRAME_EPOCH_MS,
  FRAME_GPU_UUID,
  frameTime,
  type FrameOptions,
} from '../analysis/frame.builder.js';

/** The instant at which built inputs are judged: two minutes after the plan was made. */
export const GUARD_NOW_MS = FRAME_EPOCH_MS + 120_000;
export const GUARD_FINDING_ID = 'power-limit-efficiency-opportunity:gpu-0';
const PRESENT_SECOND = 118;

/** An engine of which process and start are known. */
export const GUARD_ENGINE = aFrameEngine({
  startedAt: '2026-03-01T08:00:00.000Z',
  process: {
    pid: 4242,
    pids: [4242],
    flags: {},
    cpuCores: null,
    treeCpuCores: null,
    residentBytes: null,
    cpusAllowed: null,
    cgroupPath: null,
  },
});

/** Lowers the power limit of the one GPU, after the approval of a person. */
export function aGuardedAction(values: Partial<OptimizationAction> = {}): OptimizationAction {
  return {
    id: 'action-1',
    type: 'gpu-set-power-limit',
    parameters: { watts: 630 },
    subject: { kind: 'gpu', id: FRAME_GPU_UUID, label: 'GPU 0' },
    risk: 'reversible',
    gate: 'approval',
    reversible: true,
    preview: 'nvidia-smi -pl 630',
    recommendationId: null,
    findingIds: [GUARD_FINDING_ID],
    status: 'approved',
    guardrails: [],
    members: [FRAME_GPU_UUID],
    expected: null,
    before: null,
    after: null,
    inverse: null,
    error: null,
    ...values,
  };
}

export function aGuardFinding(values: Partial<Finding> = {}): Finding {
  return {
    id: GUARD_FINDING_ID,
    ruleId: 'power-limit-efficiency-opportunity',
    category: 'efficiency',
    severity: 'low',
    state: 'confirmed',
    confidence: 'high',
    subject: { kind: 'gpu', id: FRAME_GPU_UUID, label: 'GPU 0' },
    title: 'The power limit is higher than it pays',
    summary: 'A lower limit saves energy.',
    evidence: [],
    rootCause: true,
    causedBy: [],
    candidateActions: [],
    firstSeenAt: frameTime(0),
    lastSeenAt: frameTime(PRESENT_SECOND),
    ...values,
  };
}

export function aGuardAnalysis(findings: readonly Finding[], values: Partial<Analysis> = {}): Analysis {
  return {
    analyzedAt: frameTime(PRESENT_SECOND),
    windowSeconds: 600,
    healthStatus: 'degraded',
    healthScore: 90,
    scoreDeductions: [],
    primaryBottleneck: null,
    findings,
    notEvaluated: [],
    coverage: { rulesEvaluated: 50, rulesTotal: 90 },
    ...values,
  };
}

/** One GPU and one engine unless said otherwise. */
export function aGuardSnapshot(options: FrameOptions = {}, second: number = PRESENT_SECOND): Snapshot {
  return aFrame(second, { engines: [GUARD_ENGINE], ...options });
}

/** A change of the same target by an earlier run that ended long ago and stayed. */
export function aPastAction(values: Partial<JournalEntry> = {}): JournalEntry {
  const at = '2026-02-20T00:00:00.000Z';
  return {
    runId: 'run-0',
    actionId: 'action-1',
    target: 'local',
    type: 'gpu-persistence-on',
    subject: { kind: 'gpu', id: FRAME_GPU_UUID, label: 'GPU 0' },
    members: [FRAME_GPU_UUID],
    parameters: {},
    risk: 'reversible',
    planHash: 'hash-0',
    phase: 'kept',
    intendedAt: at,
    appliedAt: at,
    verifiedAt: at,
    endedAt: at,
    before: {},
    after: {},
    baseline: null,
    output: null,
    error: null,
    ...values,
  };
}

/** A journal entry that ended so many seconds before the input is judged. */
export function aPastActionEnded(secondsAgo: number, values: Partial<JournalEntry> = {}): JournalEntry {
  const at = new Date(GUARD_NOW_MS - secondsAgo * 1000).toISOString();
  return aPastAction({ intendedAt: at, appliedAt: at, verifiedAt: at, endedAt: at, ...values });
}

export interface GuardInputOptions {
  readonly action?: Partial<OptimizationAction>;
  readonly findings?: readonly Finding[];
  readonly frame?: FrameOptions;
  readonly mode?: GuardInput['run']['mode'];
  readonly settings?: Partial<GuardInput['settings']>;
  readonly approval?: Partial<Approval> | null;
  readonly safety?: Partial<NonNullable<GuardInput['safety']>>;
  /** What makes the hash of the plan; without it the hash is a word, which is enough where nobody checks it. */
  readonly hashOf?: (content: Pick<Plan, 'expiresAt' | 'actions'> & { readonly runId: string }) => string;
  /** Whole fields of the input, last. */
  readonly input?: Partial<GuardInput>;
}

/** An action that every guardrail allows, with what the test says instead. */
export function aGuardInput(options: GuardInputOptions = {}): GuardInput {
  const action = aGuardedAction(options.action);
  const findings = options.findings ?? [aGuardFinding()];
  const runId = 'run-1';
  const content = { runId, expiresAt: frameTime(3_600), actions: [action] };
  const hash = options.hashOf?.(content) ?? 'hash-1';
  const { mode = 'approve' } = options;
  return {
    action,
    moment: 'execute',
    nowMs: GUARD_NOW_MS,
    run: { id: runId, target: 'local', mode },
    settings: { maxMode: 'auto', sampleIntervalMs: 10_000, hasApiKeys: true, rule: null, ...options.settings },
    plan: { hash, expiresAt: content.expiresAt, actions: content.actions },
    approval: options.approval === null ? null : anApproval(hash, action.id, options.approval),
    planned: {
      snapshot: aGuardSnapshot(options.frame, 0),
      analysis: aGuardAnalysis(findings, { analyzedAt: frameTime(0) }),
    },
    present: { snapshot: aGuardSnapshot(options.frame), analysis: aGuardAnalysis(findings) },
    journal: [aPastAction()],
    coolDownSeconds: 600,
    monitorSeconds: 120,
    safety: {
      killSwitch: { engaged: false, at: null, by: null, reason: null },
      freeze: null,
      breakerResetAtMs: null,
      ...options.safety,
    },
    executor: { reason: null },
    preconditions: [{ text: 'The limits are readable.', holds: true }],
    ...options.input,
  };
}

function anApproval(planHash: string, actionId: string, values: Partial<Approval> = {}): Approval {
  const decision = { decision: 'approve', by: 'alice', comment: null } as const;
  return { ...decision, planHash, actionIds: [actionId], at: frameTime(60), ...values };
}

/** A second GPU of the same kind, in another slot. */
export function anotherGuardGpu(): ReturnType<typeof aFrameGpu> {
  return aFrameGpu({ index: 1, uuid: 'GPU-22222222-2222-3333-4444-555555555555', pciBusId: '00000000:5E:00.0' });
}
