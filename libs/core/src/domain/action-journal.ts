import type { ActionRisk } from './action.js';
import type { Subject } from './analysis.js';
import type { Baseline } from './effect.js';

/** JSON as it was read from a device. */
export type DeviceState = Readonly<Record<string, unknown>>;

/**
 * `intended`: written before anything is done; whether it was done is to be looked up on the device. `applied`: done, not
 * read back yet. `verified`: read back; its effect is being watched. `failed`: the device shows that nothing was changed.
 * `kept`: watched and left in place. `undoing`, `undone`, `undo-failed`: the same for the way back.
 */
export const JOURNAL_PHASES = [
  'intended',
  'applied',
  'verified',
  'failed',
  'kept',
  'undoing',
  'undone',
  'undo-failed',
] as const;
export type JournalPhase = (typeof JOURNAL_PHASES)[number];
/** Nothing more happens to these by themselves. */
export const ENDED_PHASES: readonly JournalPhase[] = ['failed', 'kept', 'undone', 'undo-failed'];

/** One action of one run: written before the effect, so that a restart knows what may have happened. */
export interface JournalEntry {
  readonly runId: string;
  readonly actionId: string;
  readonly target: string;
  readonly type: string;
  readonly subject: Subject;
  /** Ids of all that it acts on, e.g. every GPU of a tensor-parallel group. */
  readonly members: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly risk: ActionRisk;
  readonly planHash: string;
  readonly phase: JournalPhase;
  readonly intendedAt: string;
  readonly appliedAt: string | null;
  readonly verifiedAt: string | null;
  readonly endedAt: string | null;
  /** State before the effect; what an undo goes back to. */
  readonly before: DeviceState | null;
  readonly after: DeviceState | null;
  readonly baseline: Baseline | null;
  /** What the executor said, bounded. */
  readonly output: string | null;
  readonly error: string | null;
}

/** How many entries of a type there are in a phase. */
export interface JournalCount {
  readonly type: string;
  readonly phase: JournalPhase;
  readonly count: number;
}

export type JournalPatch = Partial<
  Pick<JournalEntry, 'appliedAt' | 'verifiedAt' | 'endedAt' | 'after' | 'output' | 'error'>
>;
