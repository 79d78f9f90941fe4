import { ENDED_PHASES, isTerminal, type JournalEntry, type JournalPhase, type PlannedActionStatus } from '@app/core';
import type { FakeGpu } from './agent/device-state.js';
import type { Inspection } from './agent/messages.js';
import type { LedgerEntry } from './fake-device.js';

/** A run with what the world outside the agent knows of it. */
export interface Evidence extends Inspection {
  /** Every setter that reached the device since the run was asked for. */
  readonly ledger: readonly LedgerEntry[];
  readonly start: readonly FakeGpu[];
  readonly end: readonly FakeGpu[];
  readonly wasAlerted: boolean;
}

/** Holds at any moment, in the middle of a run as well: what is against it, in words. */
export function violationsSoFar({ journal, ledger }: Pick<Evidence, 'journal' | 'ledger'>): string[] {
  const acts = ledger.filter(({ role }) => role === 'act');
  return [...new Set(acts.map(({ uuid }) => uuid))].flatMap((uuid) => {
    const count = acts.filter((entry) => entry.uuid === uuid).length;
    return [
      ...(count > 1 ? [`the device got the action's setting ${count} times (${uuid})`] : []),
      ...(entryOf(journal, uuid) === undefined
        ? [`a setting that the device got is not in the journal (${uuid})`]
        : []),
    ];
  });
}

/** Holds once a run has ended, whatever was killed meanwhile. */
export function violationsOf(evidence: Evidence): string[] {
  const { run, journal, ledger } = evidence;
  if (!isTerminal(run.status)) return [`the run did not end: it is ${run.status} in stage ${run.stage}`];
  const untold = ledger
    .filter(({ role, hasTakenEffect }) => role === 'act' && hasTakenEffect)
    .filter(({ uuid }) => (entryOf(journal, uuid)?.phase ?? 'failed') === 'failed')
    .map(({ uuid }) => `the journal does not know that the device got a setting (${uuid})`);
  return [
    ...violationsSoFar(evidence),
    ...untold,
    ...journal.flatMap((entry) => violationsOfEntry(entry, evidence)),
    ...violationsOfDevice(evidence),
    ...violationsOfStatus(evidence),
  ];
}

const STATUS_OF_PHASE: Partial<Record<JournalPhase, PlannedActionStatus>> = {
  ...{ kept: 'verified', undone: 'rolled_back', failed: 'failed', 'undo-failed': 'failed' },
};

function violationsOfEntry(entry: JournalEntry, { run, start, end, freeze, wasAlerted }: Evidence): string[] {
  const { phase, actionId, members } = entry;
  if (!ENDED_PHASES.includes(phase)) return [`the run has ended and ${actionId} is ${phase}`];
  const status = run.plan?.actions.find(({ id }) => id === actionId)?.status;
  const isBack = members.every((uuid) => isSame(gpuOf(start, uuid), gpuOf(end, uuid)));
  const problems = [
    ...(status === STATUS_OF_PHASE[phase] ? [] : [`${actionId} is ${phase} in the journal and ${status} in the plan`]),
    ...((phase === 'undone' || phase === 'failed') && !isBack
      ? [`${actionId} is ${phase}, and the device differs`]
      : []),
  ];
  if (phase !== 'undo-failed') return problems;
  if (freeze === null) problems.push(`${actionId} could not be taken back, and the target is not frozen`);
  if (!wasAlerted) problems.push(`${actionId} could not be taken back, and nobody was told`);
  return problems;
}

function violationsOfDevice({ start, end, freeze, wasAlerted, journal }: Evidence): string[] {
  return end.flatMap((gpu) => {
    const before = gpuOf(start, gpu.uuid);
    const isWorse = isSlower(gpu, before) || (gpu.isSick && !before.isSick);
    return [
      ...(isWorse && (freeze === null || !wasAlerted)
        ? [`${gpu.uuid} is worse than before (freeze: ${freeze !== null}, alert: ${wasAlerted})`]
        : []),
      ...(isSame(gpu, before) || entryOf(journal, gpu.uuid) !== undefined ? [] : [`${gpu.uuid} was changed by nobody`]),
    ];
  });
}

function violationsOfStatus({ run, journal }: Evidence): string[] {
  const phases = journal.map(({ phase }) => phase);
  const isStuck = phases.includes('undo-failed');
  const problems: string[] = [];
  if (run.status === 'succeeded' && (isStuck || phases.includes('undone')))
    problems.push('the run succeeded, and something was taken back');
  if (run.status === 'succeeded' && phases.includes('failed'))
    problems.push('the run succeeded, and an action was not done');
  if (run.status === 'rolled_back' && !phases.includes('undone'))
    problems.push('the run is rolled_back, and nothing was taken back');
  if ((run.status === 'rejected' || run.status === 'expired') && run.mode === 'approve' && journal.length > 0)
    problems.push(`the run is ${run.status}, and something was begun`);
  if (isStuck && run.outcome?.frozen !== true) problems.push('the outcome does not say that the target is frozen');
  if (phases.includes('undone') && !isStuck && run.outcome?.rolledBack !== true)
    problems.push('the outcome does not say that something was taken back');
  return problems;
}

function entryOf(journal: readonly JournalEntry[], uuid: string): JournalEntry | undefined {
  return journal.find(({ members }) => members.includes(uuid));
}

function gpuOf(gpus: readonly FakeGpu[], uuid: string): FakeGpu {
  const gpu = gpus.find((one) => one.uuid === uuid);
  if (gpu === undefined) throw new Error(`The device has no ${uuid}.`);
  return gpu;
}

function isSame(one: FakeGpu, other: FakeGpu): boolean {
  return one.limitWatts === other.limitWatts && one.lockedMhz === other.lockedMhz && one.isSick === other.isSick;
}

function isSlower(gpu: FakeGpu, before: FakeGpu): boolean {
  return gpu.limitWatts < before.limitWatts || (gpu.lockedMhz ?? Infinity) < (before.lockedMhz ?? Infinity);
}
