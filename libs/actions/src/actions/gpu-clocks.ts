import type { DeviceState } from '@app/core';
import type { ActionTask } from '../action.js';
import { gpuStatesIn, membersIn } from './gpu.action.js';
import type { GpuState } from './gpu-state.js';

/** From this share of time with kernels on a GPU has a clock that says something; idle clocks are their own matter. */
const BUSY_RATIO = 0.3;
/** Clocks come in steps of 15 MHz. */
export const CLOCK_STEP_MHZ = 15;
/** So close to its limit a GPU is slowed down by it. */
const AT_POWER_LIMIT_RATIO = 0.97;

export function isBusy(state: Pick<GpuState, 'utilizationRatio'> | null): boolean {
  return (state?.utilizationRatio ?? 0) >= BUSY_RATIO;
}

export function isPowerLimited(state: GpuState | null): boolean {
  if (state === null || state.drawWatts === null || state.enforcedLimitWatts === null) return false;
  return state.drawWatts >= AT_POWER_LIMIT_RATIO * state.enforcedLimitWatts;
}

export function formerOf(before: DeviceState, { members }: Pick<ActionTask, 'members'>): readonly (GpuState | null)[] {
  const states = gpuStatesIn(before);
  return members.map((uuid) => states[uuid] ?? null);
}

/**
 * nvidia-smi does not tell of clock locks: only the clock of a busy GPU does. What was seen or accepted once is kept
 * here, for the time in which the GPU is idle and shows nothing; after a restart it has to be seen anew.
 */
export class ShownOnce {
  private readonly shown = new Set<string>();

  note(task: Pick<ActionTask, 'runId' | 'actionId'>): void {
    this.shown.add(`${task.runId} ${task.actionId}`);
  }

  has(task: Pick<ActionTask, 'runId' | 'actionId'>): boolean {
    return this.shown.has(`${task.runId} ${task.actionId}`);
  }
}

/** Whether each member shows it; those that are idle and show nothing count as what was known of them before. */
export function eachShows(
  state: DeviceState,
  task: ActionTask,
  known: ShownOnce,
  shows: (member: GpuState, at: number) => boolean | null,
): boolean {
  const answers = membersIn(state, task).map((member, at) => (member === null ? false : shows(member, at)));
  if (answers.includes(false)) return false;
  if (!answers.includes(null)) {
    known.note(task);
    return true;
  }
  return known.has(task);
}
