import type { GuardInput } from '@app/actions';
import type { JournalEntry } from '@app/core';
import { FRAME_GPU_UUID, frameTime } from '../analysis/frame.builder.js';
import { aPastAction, aPastActionEnded, GUARD_NOW_MS } from './guard-input.builder.js';

type Json = Record<string, unknown>;
/** How an input came to be allowed: by a person, by policy, or since it only looks. */
export type AllowedKind = 'approved' | 'automatic' | 'read-only';

/** Sets what stands at the path; where the way there is gone already, nothing is left to spoil. */
function set(draft: GuardInput, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at: unknown = draft;
  for (const key of keys) at = typeof at === 'object' && at !== null ? (at as Json)[key] : undefined;
  if (typeof at === 'object' && at !== null) (at as Json)[last] = value;
}

function addEntry(draft: GuardInput, entry: JournalEntry): void {
  if (Array.isArray(draft.journal)) (draft.journal as JournalEntry[]).push(entry);
}

export interface GuardCorruption {
  readonly name: string;
  /** Inputs that it spoils. */
  readonly kinds: readonly AllowedKind[];
  apply(draft: GuardInput): void;
}

const ALL: readonly AllowedKind[] = ['approved', 'automatic', 'read-only'];
const CHANGES: readonly AllowedKind[] = ['approved', 'automatic'];
const APPROVED: readonly AllowedKind[] = ['approved'];

function wrong(kinds: readonly AllowedKind[], path: string, ...values: readonly unknown[]): GuardCorruption[] {
  return values.map((value) => ({
    name: `${path} = ${String(value)}`,
    kinds,
    // A copy, since another corruption may change what this one put there.
    apply: (draft) => set(draft, path, structuredClone(value)),
  }));
}

function journal(name: string, entryOf: (draft: GuardInput) => JournalEntry, kinds = CHANGES): GuardCorruption {
  return { name, kinds, apply: (draft) => addEntry(draft, entryOf(draft)) };
}

/** The same action of another run, which ended a while ago. */
function sameBefore(draft: GuardInput, secondsAgo: number, values: Partial<JournalEntry> = {}): JournalEntry {
  const { type = '', subject, members = [], parameters = {}, risk = 'reversible' } = draft.action ?? {};
  return aPastActionEnded(secondsAgo, {
    type,
    subject: subject ?? { kind: 'gpu', id: FRAME_GPU_UUID, label: '' },
    members,
    parameters,
    risk,
    ...values,
  });
}

const UNKNOWN = [undefined, null, NaN] as const;

/** What makes an allowed input one that has to be denied. Any two of them together do as well. */
export const GUARD_CORRUPTIONS: readonly GuardCorruption[] = [
  // missing
  ...wrong(ALL, 'action', undefined, null, {}),
  ...wrong(ALL, 'run', undefined, null, {}),
  ...wrong(ALL, 'run.id', ...UNKNOWN, '', 'run-2'),
  ...wrong(ALL, 'run.target', ...UNKNOWN, 'other-host'),
  ...wrong(ALL, 'run.mode', ...UNKNOWN, 'observe', 'recommend', 'yolo'),
  ...wrong(ALL, 'settings', undefined, null, {}),
  ...wrong(ALL, 'settings.maxMode', ...UNKNOWN, 'observe', 'recommend'),
  ...wrong(ALL, 'settings.rule', undefined, { gate: 'recommend' }, { deny: ['local'] }, { targets: [] }),
  ...wrong(ALL, 'settings.rule', { perDay: 0 }, { perDay: NaN }, { windows: [] }, { gate: 'whenever' }),
  ...wrong(CHANGES, 'settings.sampleIntervalMs', ...UNKNOWN, 0, -1),
  ...wrong(ALL, 'nowMs', ...UNKNOWN, -Infinity, GUARD_NOW_MS + 7_200_000),
  ...wrong(CHANGES, 'nowMs', 0),
  ...wrong(ALL, 'plan', undefined, null, {}),
  ...wrong(ALL, 'plan.hash', ...UNKNOWN, 'forged'),
  ...wrong(ALL, 'plan.expiresAt', ...UNKNOWN, 'soon', frameTime(60), frameTime(7_200)),
  ...wrong(ALL, 'plan.actions', undefined, null, []),
  ...wrong(ALL, 'plan.actions.0.parameters', { watts: 400 }),
  ...wrong(APPROVED, 'approval', undefined, null, {}),
  ...wrong(APPROVED, 'approval.decision', undefined, 'reject', 'expire'),
  ...wrong(APPROVED, 'approval.planHash', undefined, null, 'of-another-plan'),
  ...wrong(APPROVED, 'approval.actionIds', undefined, [], ['action-2']),
  ...wrong(APPROVED, 'approval.by', undefined, null, ''),
  ...wrong(APPROVED, 'approval.at', undefined, 'today', frameTime(3_601), frameTime(121)),
  ...wrong(ALL, 'planned', undefined, null, {}),
  ...wrong(CHANGES, 'planned.snapshot', undefined, null, {}),
  ...wrong(CHANGES, 'present', undefined, null, {}),
  ...wrong(CHANGES, 'present.snapshot', undefined, null, {}),
  ...wrong(CHANGES, 'present.analysis', undefined, null, {}),
  ...wrong(ALL, 'journal', undefined, null, {}, [null], [{}]),
  ...wrong(ALL, 'coolDownSeconds', ...UNKNOWN, -1),
  ...wrong(CHANGES, 'monitorSeconds', ...UNKNOWN, -1),
  ...wrong(ALL, 'safety', undefined, null, {}),
  ...wrong(ALL, 'safety.killSwitch', undefined, null, {}, { engaged: true, at: null, by: 'x', reason: null }),
  ...wrong(ALL, 'safety.freeze', undefined),
  ...wrong(CHANGES, 'safety.freeze', { target: 'local', at: frameTime(0), by: 'x', reason: 'r', runId: null }),
  ...wrong(CHANGES, 'safety.breakerResetAtMs', undefined, NaN, GUARD_NOW_MS + 1),
  ...wrong(ALL, 'executor', undefined, null, {}, { reason: 'no program' }),
  ...wrong(ALL, 'preconditions', undefined, null, {}, [null], [{ text: 'unread', holds: null }]),
  ...wrong(ALL, 'preconditions', [{ text: 'no', holds: false }]),
  // not what was planned
  ...wrong(ALL, 'action.id', ...UNKNOWN, 'action-2'),
  ...wrong(ALL, 'action.type', ...UNKNOWN, 'gpu-explode', 'gpu-reset'),
  ...wrong(ALL, 'action.risk', ...UNKNOWN, 'harmless'),
  ...wrong(CHANGES, 'action.risk', 'read-only'),
  ...wrong(ALL, 'action.gate', ...UNKNOWN, 'recommend', 'whoever'),
  ...wrong(APPROVED, 'action.gate', 'automatic'),
  ...wrong(ALL, 'action.parameters', ...UNKNOWN, { watts: NaN }, { watts: 500 }, { watts: 600, more: 1 }),
  ...wrong(ALL, 'action.members', ...UNKNOWN, [], ['GPU-99999999-2222-3333-4444-555555555555']),
  ...wrong(ALL, 'action.findingIds', ...UNKNOWN, [], ['no-such-finding']),
  ...wrong(ALL, 'action.subject', ...UNKNOWN, {}, { kind: 'gpu', id: 'GPU-9', label: '' }),
  // stale, contradictory, drifted
  ...wrong(CHANGES, 'present.snapshot.collectedAt', ...UNKNOWN, 'now', frameTime(84), frameTime(121)),
  ...wrong(CHANGES, 'present.snapshot.target', ...UNKNOWN, 'other-host'),
  ...wrong(CHANGES, 'present.snapshot.hostname', ...UNKNOWN, 'other-host'),
  ...wrong(CHANGES, 'present.snapshot.gpus', undefined, null),
  ...wrong(CHANGES, 'present.snapshot.engines', undefined, null),
  ...wrong(CHANGES, 'present.snapshot.sections', undefined, null, {}),
  ...wrong(CHANGES, 'present.snapshot.sections.engines.status', 'failed', 'timeout', 'stale', undefined),
  ...wrong(CHANGES, 'present.analysis.analyzedAt', ...UNKNOWN, frameTime(84), frameTime(121)),
  ...wrong(CHANGES, 'present.analysis.healthStatus', ...UNKNOWN, 'unknown'),
  ...wrong(CHANGES, 'present.analysis.findings', ...UNKNOWN, []),
  ...wrong(CHANGES, 'present.analysis.findings.0.state', ...UNKNOWN, 'suspected'),
  ...wrong(CHANGES, 'present.analysis.findings.0.confidence', ...UNKNOWN, 'low'),
  // the past
  journal('under way', () => aPastAction({ runId: 'open', phase: 'verified', endedAt: null })),
  journal('just ended', () => aPastActionEnded(1, { runId: 'just' })),
  journal('of another target', () => aPastAction({ target: 'other-host' }), ALL),
  journal('cooling down', (draft) => sameBefore(draft, 300, { runId: 'cooling' }), ALL),
  journal('undone an hour ago', (draft) => sameBefore(draft, 2_000, { runId: 'undone', phase: 'undone' }), ALL),
  journal('set otherwise a quarter of an hour ago', (draft) =>
    sameBefore(draft, 900, { runId: 'otherwise', parameters: { other: 1 } }),
  ),
  journal('a way back that failed', () => aPastActionEnded(86_400 * 20, { runId: 'stuck', phase: 'undo-failed' })),
  {
    name: 'three failures today',
    kinds: CHANGES,
    apply: (draft) => {
      for (const runId of ['f1', 'f2', 'f3']) addEntry(draft, sameBefore(draft, 10_000, { runId, phase: 'failed' }));
    },
  },
  journal('begun before', ({ run }) => aPastAction({ runId: run?.id ?? '', phase: 'applied', endedAt: null })),
];
