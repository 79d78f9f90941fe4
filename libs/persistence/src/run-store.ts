import {
  type Analysis,
  type Insights,
  type Outcome,
  type Plan,
  type Run,
  RUN_STATUSES,
  type RunStage,
  type RunStatus,
  type RunStep,
  type RunSummary,
  type Snapshot,
} from '@app/core';

export const PAYLOAD_KINDS = ['snapshot', 'analysis', 'insights', 'plan', 'outcome'] as const;
/** The large parts of a run, kept apart from its row. */
export type PayloadKind = (typeof PAYLOAD_KINDS)[number];

export interface RunPayloads {
  readonly snapshot: Snapshot;
  readonly analysis: Analysis;
  readonly insights: Insights;
  readonly plan: Plan;
  readonly outcome: Outcome;
}

/** What changes during a run. An absent field stays as it is. */
export interface RunPatch {
  readonly stage?: RunStage | null;
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
  readonly durationMs?: number | null;
  readonly error?: Run['error'];
  readonly approval?: Run['approval'];
  readonly cancelRequested?: Run['cancelRequested'];
  /** Added, or put in the place of an earlier step of the same stage (a stage that ran again after a crash). */
  readonly steps?: readonly RunStep[];
  /** Added unless already there. */
  readonly warnings?: readonly string[];
  readonly payloads?: Partial<RunPayloads>;
}

export interface CreateRunOptions {
  readonly idempotencyKey?: string | undefined;
  /** What the key was used for; the same key with another hash is a conflict. */
  readonly bodyHash?: string | undefined;
}

export type CreateRunResult =
  | { readonly outcome: 'created'; readonly run: Run }
  | { readonly outcome: 'existing'; readonly run: Run }
  | { readonly outcome: 'conflict'; readonly run: Run };

export interface RunListQuery {
  readonly target?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

export interface RunPage {
  readonly items: readonly RunSummary[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

/** A run that waits for a person until its plan expires. */
export interface AwaitingExpiry {
  readonly id: string;
  readonly target: string;
  readonly expiresAt: string;
}

export interface TransitionOptions {
  /** Nothing is changed while the run is in one of these stages. */
  readonly unlessStages?: readonly RunStage[];
}

/** A run that the last process left behind. */
export interface UnfinishedRun {
  readonly id: string;
  readonly target: string;
  readonly status: RunStatus;
  /** How often it has been taken up again so far. */
  readonly recoveries: number;
}

/** Where runs are kept. Every method is atomic; a run in a terminal status never changes again. */
export abstract class RunStore {
  /** Stores a new run, or answers with the one that was made with the same idempotency key. */
  abstract create(run: Run, options?: CreateRunOptions): Promise<CreateRunResult>;
  abstract get(id: string): Promise<Run | null>;
  /** Changes a run that is not terminal; false when there is none. */
  abstract update(id: string, patch: RunPatch): Promise<boolean>;
  /** Compare-and-set: changes status and patch together if the status is one of `from`; false otherwise. */
  abstract transition(
    id: string,
    from: readonly RunStatus[],
    to: RunStatus,
    patch?: RunPatch,
    options?: TransitionOptions,
  ): Promise<boolean>;
  /** Newest first. Runs made while paging do not shift the pages. */
  abstract list(query: RunListQuery): Promise<RunPage>;
  /** Running now, oldest first. */
  abstract active(): Promise<readonly RunSummary[]>;
  /** Waiting for a person, oldest first. */
  abstract awaitingApproval(): Promise<readonly RunSummary[]>;
  /** Those of them that have a plan, with the end of its time; oldest run first. */
  abstract awaitingExpiry(): Promise<readonly AwaitingExpiry[]>;
  abstract countQueued(): Promise<number>;
  /** How many stored runs have each status; a status without runs counts 0. */
  abstract countByStatus(): Promise<Readonly<Record<RunStatus, number>>>;
  /** The run that reached a terminal status last. */
  abstract lastFinished(): Promise<RunSummary | null>;
  /** Queued and running ones, oldest first: what a new process has to take up. */
  abstract unfinished(): Promise<readonly UnfinishedRun[]>;
  /** Counts one more recovery of a run that is not terminal; the new count, or null when there is none. */
  abstract countRecovery(id: string): Promise<number | null>;
}

/** Every status with its count, 0 where none is given. */
export function countsOfEveryStatus(
  counts: readonly { readonly status: RunStatus; readonly count: number }[],
): Readonly<Record<RunStatus, number>> {
  const countOf = (wanted: RunStatus): number => counts.find(({ status }) => status === wanted)?.count ?? 0;
  return Object.fromEntries(RUN_STATUSES.map((status) => [status, countOf(status)])) as Record<RunStatus, number>;
}

/** A step of the same stage takes the place of the earlier one. */
export function mergeSteps(current: readonly RunStep[], added: readonly RunStep[]): RunStep[] {
  const isNew = ({ stage }: RunStep): boolean => !current.some((step) => step.stage === stage);
  const latest = (step: RunStep): RunStep => added.find(({ stage }) => stage === step.stage) ?? step;
  return [...current.map(latest), ...added.filter(isNew)];
}

export function mergeWarnings(current: readonly string[], added: readonly string[]): string[] {
  return [...new Set([...current, ...added])];
}
