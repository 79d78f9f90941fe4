import type { CandidateAction, DeviceState, Gpu, Snapshot } from '@app/core';
import type { ActionTask, ExecutionOutput, Precondition } from '../action.js';
import { settingCommand } from '../host/nvidia-smi.settings.js';
import { byValue, GpuAction, type GpuWork, inTurn } from './gpu.action.js';
import { CLOCK_STEP_MHZ, eachShows, formerOf, isBusy, isPowerLimited, ShownOnce } from './gpu-clocks.js';
import { HEAT_OR_BRAKE, noneActive } from './gpu-slowdowns.js';
import type { GpuState } from './gpu-state.js';
import { withAlikeOfGroup } from './gpu-subject.js';
import { allHold, condition, impossible } from './proposals.js';
import { DRAW_TARGET, SERVING_GUARDS, SM_CLOCK_TARGET } from './watched-signals.js';

const CLOCK_FIELDS: readonly (keyof GpuState)[] = [
  'smMhz',
  'maxSmMhz',
  'utilizationRatio',
  'drawWatts',
  'enforcedLimitWatts',
];
const CLOCKS: readonly (keyof GpuState)[] = ['smMhz', 'maxSmMhz'];
/** A lock below this share of the maximum costs more speed than it saves (engineering choice). */
const LOWEST_LOCK_RATIO = 0.6;
/** A busy GPU that reaches this share of its maximum is not locked below it (engineering choice). */
const FREE_CLOCK_RATIO = 0.95;
/** Each of these holds a clock down by itself, with a lock or without. */
const OTHER_HOLDERS = [...HEAT_OR_BRAKE, 'sw-power-cap'] as const;

abstract class ClockAction extends GpuAction {
  protected readonly fields = CLOCK_FIELDS;
  protected readonly required = CLOCKS;
  /** Clocks follow the load, which comes in waves. */
  override readonly verifyWithinMs: number = 30_000;
  protected readonly reached = new ShownOnce();
  protected readonly released = new ShownOnce();
}

/** Bounds the clock from above, for less power at almost the same speed where decoding waits for memory. */
export class GpuLockClocksAction extends ClockAction {
  readonly type = 'gpu-lock-clocks';
  readonly watched = [DRAW_TARGET, ...SERVING_GUARDS];
  protected readonly isForGroup = true;
  /** Energy shows over minutes of load. */
  override readonly minimumWindowSeconds = 1800;

  protected work({ parameters }: CandidateAction, gpus: readonly Gpu[]): GpuWork | ReturnType<typeof impossible> {
    const { minMhz, maxMhz } = parameters;
    if (!isClock(minMhz) || !isClock(maxMhz)) return impossible('no range of clocks in MHz was given');
    const problem = gpus.map((gpu) => clockProblem(gpu, minMhz, maxMhz)).find((each) => each !== null);
    if (problem !== undefined) return impossible(problem);
    const uuids = gpus.map(({ uuid }) => uuid ?? '');
    const basis = 'Power falls faster than the clock, and decoding waits for memory rather than for the clock.';
    return {
      parameters: { minMhz, maxMhz },
      preview: settingCommand(uuids, { kind: 'lock-clocks', minMhz, maxMhz }),
      expected: { signal: 'gpus.power.drawWatts', direction: 'down', changeRatio: null, basis },
    };
  }

  protected conditions({ parameters }: ActionTask, gpus: readonly Gpu[]): readonly Precondition[] {
    const { minMhz, maxMhz } = rangeIn(parameters);
    return [
      condition(
        'The range is within what device and policy allow.',
        gpus.every((gpu) => clockProblem(gpu, minMhz, maxMhz) === null),
      ),
      condition('Nothing slows the GPU down: no heat, no power brake.', noneActive(gpus, HEAT_OR_BRAKE)),
      condition(
        'The GPU is busy and its clock close to its maximum: no other lock holds it, and this one will show.',
        allHold(gpus.map((gpu) => isFree(gpu, maxMhz))),
      ),
    ];
  }

  isReached(state: DeviceState, task: ActionTask): boolean {
    const { maxMhz } = rangeIn(task.parameters);
    return eachShows(state, task, this.reached, (member) =>
      (member.smMhz ?? Infinity) > maxMhz + CLOCK_STEP_MHZ ? false : isBusy(member) ? true : null,
    );
  }

  execute(task: ActionTask): Promise<ExecutionOutput> {
    return this.smi.set(task.members, { kind: 'lock-clocks', ...rangeIn(task.parameters) });
  }

  readonly undo = async (task: ActionTask): Promise<ExecutionOutput> => {
    const output = await this.smi.set(task.members, { kind: 'reset-clocks' });
    if (output.isAccepted) this.released.note(task);
    return output;
  };

  /** A busy GPU above the lock is free of it. One that is idle or at its power limit shows nothing: there the driver's word has to do. */
  isRestored(state: DeviceState, _before: DeviceState, task: ActionTask): boolean {
    const { maxMhz } = rangeIn(task.parameters);
    return eachShows(state, task, this.released, (member) => {
      if ((member.smMhz ?? 0) > maxMhz + CLOCK_STEP_MHZ) return true;
      return isBusy(member) && !isPowerLimited(member) ? false : null;
    });
  }

  inverse(): CandidateAction {
    return { type: 'gpu-reset-clocks', parameters: {} };
  }
}

/** Takes a lock away. What it was can't be read, so going back locks the clock to where it was seen. */
export class GpuResetClocksAction extends ClockAction {
  readonly type = 'gpu-reset-clocks';
  readonly watched = [SM_CLOCK_TARGET, ...SERVING_GUARDS];
  protected readonly isForGroup = false;

  /** The slowest of a group sets the pace, so that freeing one of several that are held shows nothing. */
  protected override membersWith({ uuid }: Gpu, snapshot: Snapshot): readonly string[] {
    return withAlikeOfGroup(uuid ?? '', snapshot, (gpu) => isLow(gpu) === true && isHeldByNothingElse(gpu));
  }

  protected work(_candidate: CandidateAction, gpus: readonly Gpu[]): GpuWork {
    const uuids = gpus.map(({ uuid }) => uuid ?? '');
    const [clocks] = gpus.map((gpu) => gpu.clocks);
    const ratio = clocks?.smMhz && clocks.maxSmMhz ? clocks.maxSmMhz / clocks.smMhz - 1 : null;
    const basis = 'Without a lock the clock of a busy GPU rises to its maximum, as far as power and heat let it.';
    return {
      parameters: {},
      preview: settingCommand(uuids, { kind: 'reset-clocks' }),
      expected: { signal: 'gpus.clocks.smMhz', direction: 'up', changeRatio: ratio, basis },
    };
  }

  protected conditions(_task: ActionTask, gpus: readonly Gpu[]): readonly Precondition[] {
    const busy = gpus.map(({ utilization }) =>
      utilization.gpuRatio === null ? null : isBusy({ utilizationRatio: utilization.gpuRatio }),
    );
    return [
      condition('The GPU is busy, so that its clock shows what comes of it.', allHold(busy)),
      condition('Its clock is below its maximum.', allHold(gpus.map(isLow))),
      condition('Heat, power or a brake are not what holds the clock down.', noneActive(gpus, OTHER_HOLDERS)),
    ];
  }

  isReached(state: DeviceState, task: ActionTask, before: DeviceState): boolean {
    const former = formerOf(before, task);
    return eachShows(state, task, this.reached, (member, at) => {
      if (!isBusy(member)) return null;
      const mhz = member.smMhz ?? 0;
      if (mhz >= FREE_CLOCK_RATIO * (member.maxSmMhz ?? Infinity)) return true;
      // What holds it down now is the power limit, so it is no lock any more.
      return isPowerLimited(member) && mhz > (former[at]?.smMhz ?? Infinity) + CLOCK_STEP_MHZ;
    });
  }

  execute(task: ActionTask): Promise<ExecutionOutput> {
    return this.smi.set(task.members, { kind: 'reset-clocks' });
  }

  readonly undo = async (task: ActionTask, before: DeviceState): Promise<ExecutionOutput> => {
    const former = formerOf(before, task);
    const groups = byValue(task.members, (uuid) => former[task.members.indexOf(uuid)]?.smMhz ?? 0);
    const output = await inTurn(
      groups.map(
        ([mhz, uuids]) =>
          () =>
            this.smi.set(uuids, { kind: 'lock-clocks', minMhz: mhz, maxMhz: mhz }),
      ),
    );
    if (output.isAccepted) this.released.note(task);
    return output;
  };

  isRestored(state: DeviceState, before: DeviceState, task: ActionTask): boolean {
    const former = formerOf(before, task);
    return eachShows(state, task, this.released, (member, at) => {
      const mhz = former[at]?.smMhz;
      if (typeof mhz !== 'number') return false;
      if ((member.smMhz ?? Infinity) > mhz + CLOCK_STEP_MHZ) return false;
      if (!isBusy(member)) return null;
      if ((member.smMhz ?? 0) >= mhz - CLOCK_STEP_MHZ) return true;
      // Below its former clock it is held by something else, and only the power limit is known to come and go.
      return isPowerLimited(member) ? null : false;
    });
  }

  inverse(task: ActionTask, before: DeviceState | null): CandidateAction {
    const mhz = before === null ? undefined : formerOf(before, task)[0]?.smMhz;
    if (typeof mhz !== 'number') return { type: 'gpu-lock-clocks', parameters: {} };
    return { type: 'gpu-lock-clocks', parameters: { minMhz: mhz, maxMhz: mhz } };
  }
}

function isLow({ clocks }: Gpu): boolean | null {
  return clocks.smMhz === null || !clocks.maxSmMhz ? null : clocks.smMhz < FREE_CLOCK_RATIO * clocks.maxSmMhz;
}

function isHeldByNothingElse(gpu: Gpu): boolean {
  return noneActive([gpu], OTHER_HOLDERS) === true;
}

function isClock(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}

function rangeIn(parameters: ActionTask['parameters']): { minMhz: number; maxMhz: number } {
  const { minMhz, maxMhz } = parameters;
  return { minMhz: isClock(minMhz) ? minMhz : 0, maxMhz: isClock(maxMhz) ? maxMhz : 0 };
}

function clockProblem({ clocks, index }: Gpu, minMhz: number, maxMhz: number): string | null {
  const highest = clocks.maxGraphicsMhz ?? clocks.maxSmMhz;
  if (!highest) return `the highest clock of GPU ${index} could not be read`;
  const lowest = Math.ceil(LOWEST_LOCK_RATIO * highest);
  if (minMhz < 1 || minMhz > maxMhz) return `${minMhz} to ${maxMhz} MHz is no range`;
  return maxMhz >= lowest && maxMhz <= highest ? null : `${maxMhz} MHz is not between ${lowest} and ${highest} MHz`;
}

function isFree({ clocks, utilization }: Gpu, maxMhz: number): boolean | null {
  if (clocks.smMhz === null || !clocks.maxSmMhz || utilization.gpuRatio === null) return null;
  const isHigh = clocks.smMhz >= FREE_CLOCK_RATIO * clocks.maxSmMhz && clocks.smMhz > maxMhz + CLOCK_STEP_MHZ;
  return isHigh && isBusy({ utilizationRatio: utilization.gpuRatio });
}
