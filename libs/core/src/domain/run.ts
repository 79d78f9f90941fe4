import type { Analysis, Severity } from './analysis.js';
import type { Insights } from './insights.js';
import type { Approval, Outcome, Plan } from './plan.js';
import type { Snapshot } from './snapshot.js';

export const RUN_MODES = ['observe', 'recommend', 'approve', 'auto'] as const;
/** In rising order of what a run may do. */
export type RunMode = (typeof RUN_MODES)[number];
export const OBJECTIVES = ['balanced', 'latency', 'throughput', 'energy', 'cost'] as const;
export type Objective = (typeof OBJECTIVES)[number];
export const RUN_STATUSES = [
  'queued',
  'running',
  'awaiting_approval',
  'succeeded',
  'rejected',
  'expired',
  'cancelled',
  'rolled_back',
  'failed',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];
export const TERMINAL_RUN_STATUSES: readonly RunStatus[] = [
  'succeeded',
  'rejected',
  'expired',
  'cancelled',
  'rolled_back',
  'failed',
];
export const RUN_STAGES = [
  'collect',
  'analyze',
  'insights',
  'plan',
  'approve',
  'execute',
  'monitor',
  'rollback',
  'report',
] as const;
export type RunStage = (typeof RUN_STAGES)[number];
export const STEP_STATUSES = ['ok', 'skipped', 'degraded', 'failed'] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

export interface RunStep {
  readonly stage: RunStage;
  readonly status: StepStatus;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  readonly detail: string | null;
}

/** What a caller may ask of a run, with every default filled in. */
export interface RunRequest {
  readonly target: string;
  readonly mode: RunMode;
  readonly objective: Objective;
  /** 0–10. */
  readonly maxActions: number;
  readonly llm: boolean;
}

export interface Run {
  readonly id: string;
  readonly target: string;
  readonly mode: RunMode;
  readonly objective: Objective;
  readonly maxActions: number;
  readonly llm: boolean;
  readonly status: RunStatus;
  readonly stage: RunStage | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  readonly requestedBy: string;
  readonly steps: readonly RunStep[];
  readonly snapshot: Snapshot | null;
  readonly analysis: Analysis | null;
  readonly insights: Insights | null;
  readonly plan: Plan | null;
  /** The decision about the plan; null before it and where none was needed. */
  readonly approval: Approval | null;
  /** Asked to end before its time; what it has changed is taken back first. */
  readonly cancelRequested: { readonly by: string; readonly at: string } | null;
  readonly outcome: Outcome | null;
  readonly warnings: readonly string[];
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface RunSummary {
  readonly id: string;
  readonly target: string;
  readonly mode: RunMode;
  readonly status: RunStatus;
  readonly stage: RunStage | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  /** Confirmed findings by severity. */
  readonly findings: Readonly<Record<Severity, number>>;
  readonly primaryBottleneck: string | null;
  readonly healthScore: number | null;
}

export function isTerminal(status: RunStatus): boolean {
  return TERMINAL_RUN_STATUSES.includes(status);
}

/** Confirmed findings per severity; zeros where there is no analysis yet. */
export function countFindings(analysis: Analysis | null): Record<Severity, number> {
  const counts: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
  for (const finding of analysis?.findings ?? []) {
    if (finding.state === 'confirmed') counts[finding.severity] += 1;
  }
  return counts;
}

export function summarizeRun(run: Run): RunSummary {
  return {
    id: run.id,
    target: run.target,
    mode: run.mode,
    status: run.status,
    stage: run.stage,
    createdAt: run.createdAt,
    finishedAt: run.finishedAt,
    durationMs: run.durationMs,
    findings: countFindings(run.analysis),
    primaryBottleneck: run.analysis?.primaryBottleneck ?? null,
    healthScore: run.analysis?.healthScore ?? null,
  };
}
