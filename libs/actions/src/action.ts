import type {
  CandidateAction,
  DeviceState,
  EffectReach,
  Finding,
  Prediction,
  Snapshot,
  Subject,
  WatchedSignal,
} from '@app/core';

export type ActionParameters = Readonly<Record<string, unknown>>;

/** What an action is asked to do, and for whom. */
export interface ActionTask {
  readonly runId: string;
  readonly actionId: string;
  readonly target: string;
  readonly type: string;
  readonly parameters: ActionParameters;
  readonly subject: Subject;
  /** Ids of all that it acts on, the subject's first. */
  readonly members: readonly string[];
}

/** An action as it would be done on this host now. */
export interface Proposal {
  readonly subject: Subject;
  readonly members: readonly string[];
  readonly parameters: ActionParameters;
  /** The exact command or call. */
  readonly preview: string;
  readonly expected: Prediction | null;
}

export type ProposalResult =
  | { readonly kind: 'proposal'; readonly proposal: Proposal }
  /** Can't be done here; the reason names what is missing. */
  | { readonly kind: 'impossible'; readonly reason: string };

/** A condition that must hold. `holds: null` means that it could not be read, which is not enough. */
export interface Precondition {
  readonly text: string;
  readonly holds: boolean | null;
}

/** What an executor said. It counts for nothing until the device has been read. */
export interface ExecutionOutput {
  readonly isAccepted: boolean;
  /** Set on a refusal that rules out that it is still done later (a permission, a range); a time-out does not. */
  readonly isDefinite?: boolean;
  /** Bounded, without secrets. */
  readonly text: string;
}

/** The device could not be read: nobody knows how it is. */
export class DeviceUnreadableError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DeviceUnreadableError';
  }
}

/**
 * One thing that the agent can do by itself. State is always looked up on the device: `read` before, after, and after a
 * restart; `execute` is called at most once per run and action.
 */
export interface Action {
  /** Type of its catalogue entry. */
  readonly type: string;
  /** After its end, on the same subject. */
  readonly coolDownSeconds: number;
  /** From its verification to the begin of the window after it. */
  readonly settleSeconds: number;
  /** The shortest window that can show its effect, whatever is configured; 0 for none. */
  readonly minimumWindowSeconds: number;
  /** So long the executor may take. */
  readonly executeWithinMs: number;
  /** So long it may take until the device shows it, counted from the end of the executor. */
  readonly verifyWithinMs: number;
  readonly watched: readonly WatchedSignal[];
  /** Why it can't be done by this installation (nothing is configured, no program); null when it can. */
  unavailable(): Promise<string | null>;
  propose(candidate: CandidateAction, finding: Finding, snapshot: Snapshot): ProposalResult;
  /** Asked when a plan is made: why the device does not offer it; null where nothing stands in the way. Absent where the snapshot tells. */
  obstacle?(task: ActionTask): Promise<string | null>;
  /** Parameters against what the device says it can do, and the catalogue's conditions, in a fresh snapshot. */
  preconditions(task: ActionTask, snapshot: Snapshot): readonly Precondition[];
  /** What it can have an effect on. */
  reach(task: ActionTask, snapshot: Snapshot): EffectReach;
  /** @throws DeviceUnreadableError */
  read(task: ActionTask): Promise<DeviceState>;
  /** Whether the device is as the action wants it. */
  isReached(state: DeviceState, task: ActionTask, before: DeviceState): boolean;
  execute(task: ActionTask, before: DeviceState): Promise<ExecutionOutput>;
  /** Null where there is no way back. */
  readonly undo: ((task: ActionTask, before: DeviceState) => Promise<ExecutionOutput>) | null;
  /** Whether the device is again as it was. */
  isRestored(state: DeviceState, before: DeviceState, task: ActionTask): boolean;
  /** The way back in words of the catalogue, for the plan. */
  inverse(task: ActionTask, before: DeviceState | null): CandidateAction | null;
}
