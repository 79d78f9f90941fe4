import type { CandidateAction, DeviceState, Gpu, Prediction } from '@app/core';
import type { ActionTask, ExecutionOutput, Precondition } from '../action.js';
import { settingCommand } from '../host/nvidia-smi.settings.js';
import { byValue, GpuAction, type GpuWork, gpuStatesIn, inTurn, membersIn } from './gpu.action.js';
import { HEAT_OR_BRAKE, noneActive } from './gpu-slowdowns.js';
import type { GpuState } from './gpu-state.js';
import {
  isNear,
  LARGEST_STEP_RATIO,
  limitsOfGpu,
  limitsOfState,
  type PowerLimits,
  rangeProblem,
  round,
} from './power-limits.js';
import { allHold, condition, impossible } from './proposals.js';
import { DRAW_TARGET, SERVING_GUARDS, SM_CLOCK_TARGET, TEMPERATURE_TARGET } from './watched-signals.js';

const LIMIT_FIELDS: readonly (keyof GpuState)[] = [
  'requestedLimitWatts',
  'enforcedLimitWatts',
  'defaultLimitWatts',
  'minLimitWatts',
  'maxLimitWatts',
];

/** A power limit that all GPUs of a group get alike. */
abstract class PowerLimitAction extends GpuAction {
  protected readonly isForGroup: boolean = true;
  protected readonly fields: readonly (keyof GpuState)[] = LIMIT_FIELDS;
  protected readonly required: readonly (keyof GpuState)[] = LIMIT_FIELDS;

  /** Null where it can't be told. */
  protected abstract wantedWatts(task: Pick<ActionTask, 'parameters'>, limits: PowerLimits): number | null;
  /** Why the device does not take it; null when it does. */
  protected abstract problem(limits: PowerLimits, watts: number): string | null;

  isReached(state: DeviceState, task: ActionTask): boolean {
    return membersIn(state, task).every((member) => {
      const limits = limitsOfState(member);
      const wanted = limits === null ? null : this.wantedWatts(task, limits);
      // Enforced below what was asked for is another limiter at work.
      return wanted !== null && isNear(limits?.requestedWatts, wanted) && isNear(limits?.enforcedWatts, wanted);
    });
  }

  execute(task: ActionTask, before: DeviceState): Promise<ExecutionOutput> {
    const wanted = new Map<string, number>();
    for (const uuid of task.members) {
      const limits = limitsOfState(gpuStatesIn(before)[uuid] ?? null);
      const watts = limits === null ? null : this.wantedWatts(task, limits);
      if (limits === null || watts === null) return refused(`The limits of ${uuid} are not known; nothing was set.`);
      const problem = this.problem(limits, watts);
      if (problem !== null) return refused(`Nothing was set: ${problem} (${uuid}).`);
      wanted.set(uuid, watts);
    }
    return this.set(task.members, (uuid) => wanted.get(uuid) ?? 0);
  }

  readonly undo = (task: ActionTask, before: DeviceState): Promise<ExecutionOutput> => {
    const former = (uuid: string): number => gpuStatesIn(before)[uuid]?.requestedLimitWatts ?? 0;
    return this.set(task.members, former);
  };

  isRestored(state: DeviceState, before: DeviceState, task: ActionTask): boolean {
    const now = gpuStatesIn(state);
    const then = gpuStatesIn(before);
    return task.members.every((uuid) => {
      const former = then[uuid]?.requestedLimitWatts;
      return typeof former === 'number' && isNear(now[uuid]?.requestedLimitWatts, former);
    });
  }

  inverse({ members }: ActionTask, before: DeviceState | null): CandidateAction {
    const former = before === null ? null : gpuStatesIn(before)[members[0] ?? '']?.requestedLimitWatts;
    return { type: 'gpu-set-power-limit', parameters: typeof former === 'number' ? { watts: former } : {} };
  }

  private set(members: readonly string[], wattsOf: (uuid: string) => number): Promise<ExecutionOutput> {
    return inTurn(
      byValue(members, wattsOf).map(
        ([watts, uuids]) =>
          () =>
            this.smi.set(uuids, { kind: 'power-limit', watts }),
      ),
    );
  }

  protected commonConditions(task: ActionTask, gpus: readonly Gpu[]): Precondition[] {
    const limits = gpus.map(limitsOfGpu);
    const problems = limits.map((each) => {
      const watts = each === null ? null : this.wantedWatts(task, each);
      return each === null || watts === null ? null : (this.problem(each, watts) ?? '');
    });
    const problem = problems.find((each) => each !== null && each !== '');
    return [
      condition('The limits of every GPU are readable.', !limits.includes(null)),
      condition(
        `The limit is within what device and policy allow${problem === undefined ? '' : `: ${problem}`}.`,
        allHold(problems.map((each) => (each === null ? null : each === ''))),
      ),
      condition(
        'Persistence mode is on: without it the driver forgets the limit.',
        allHold(gpus.map(({ persistenceMode }) => persistenceMode)),
      ),
    ];
  }
}

/** Lowers the limit by a step. Going up again is `gpu-restore-power-limit`, or the undoing of this. */
export class GpuSetPowerLimitAction extends PowerLimitAction {
  readonly type = 'gpu-set-power-limit';
  readonly watched = [DRAW_TARGET, TEMPERATURE_TARGET, ...SERVING_GUARDS];
  /** What it saves shows over minutes of load, not over seconds. */
  override readonly minimumWindowSeconds = 1800;

  protected wantedWatts({ parameters }: Pick<ActionTask, 'parameters'>): number | null {
    const { watts } = parameters;
    return typeof watts === 'number' && Number.isFinite(watts) ? watts : null;
  }

  protected problem(limits: PowerLimits, watts: number): string | null {
    return rangeProblem(limits, watts);
  }

  protected work({ parameters }: CandidateAction, gpus: readonly Gpu[]): GpuWork | ReturnType<typeof impossible> {
    const asked = this.wantedWatts({ parameters });
    if (asked === null) return impossible('no limit in watts was given');
    const limits = gpus.map(limitsOfGpu).filter((each) => each !== null);
    if (limits.length < gpus.length) return impossible('the power limits of a GPU could not be read');
    const present = Math.min(...limits.map(({ requestedWatts }) => requestedWatts));
    const watts = withinStep(asked, present, limits);
    if (watts >= present) return impossible(`the limit is ${round(present)} W already; it is only lowered by this`);
    const problem = limits.map((each) => rangeProblem(each, watts)).find((each) => each !== null);
    if (problem !== undefined) return impossible(problem);
    const uuids = gpus.map(({ uuid }) => uuid ?? '');
    const preview = settingCommand(uuids, { kind: 'power-limit', watts });
    return { parameters: { watts }, preview, expected: expectedDraw(gpus, watts) };
  }

  protected conditions(task: ActionTask, gpus: readonly Gpu[]): readonly Precondition[] {
    return [
      ...this.commonConditions(task, gpus),
      condition('No power brake is active.', noneActive(gpus, ['hw-power-brake-slowdown'])),
    ];
  }
}

/** Puts the limit back to the device's default. */
export class GpuRestorePowerLimitAction extends PowerLimitAction {
  readonly type = 'gpu-restore-power-limit';
  readonly watched = [SM_CLOCK_TARGET, ...SERVING_GUARDS];

  protected wantedWatts(_task: Pick<ActionTask, 'parameters'>, { defaultWatts }: PowerLimits): number {
    return defaultWatts;
  }

  /** The device's own default is within its range; how far away it is does not matter. */
  protected problem({ minWatts, maxWatts }: PowerLimits, watts: number): string | null {
    return watts >= minWatts && watts <= maxWatts ? null : `its default of ${watts} W is outside its own range`;
  }

  protected work(_candidate: CandidateAction, gpus: readonly Gpu[]): GpuWork | ReturnType<typeof impossible> {
    const limits = gpus.map(limitsOfGpu).filter((each) => each !== null);
    if (limits.length < gpus.length) return impossible('the power limits of a GPU could not be read');
    if (limits.every((each) => isNear(each.requestedWatts, each.defaultWatts))) {
      return impossible('every GPU of the group has its default limit already');
    }
    const uuids = gpus.map(({ uuid }) => uuid ?? '');
    const preview = byValue(uuids, (uuid) => limits[uuids.indexOf(uuid)]?.defaultWatts ?? 0)
      .map(([watts, some]) => settingCommand(some, { kind: 'power-limit', watts }))
      .join(' && ');
    const basis = 'A GPU that may draw more keeps a higher clock under load.';
    return {
      parameters: {},
      preview,
      expected: { signal: 'gpus.clocks.smMhz', direction: 'up', changeRatio: null, basis },
    };
  }

  protected conditions(task: ActionTask, gpus: readonly Gpu[]): readonly Precondition[] {
    const isLowered = gpus.some(({ power }) => (power.requestedLimitWatts ?? 0) < (power.defaultLimitWatts ?? 0));
    const isAlone = gpus.map(({ power }) => isNear(power.enforcedLimitWatts, power.requestedLimitWatts ?? Number.NaN));
    return [
      ...this.commonConditions(task, gpus),
      condition('The limit is below the default.', isLowered),
      condition('Nothing else limits the power, such as the chassis.', allHold(isAlone)),
      condition(
        'No heat or power brake slows the GPU down: a lowered limit may be what is done about that.',
        noneActive(gpus, HEAT_OR_BRAKE),
      ),
    ];
  }
}

/** What is asked for, but no further than a step from where it is. */
function withinStep(asked: number, present: number, limits: readonly PowerLimits[]): number {
  const step = LARGEST_STEP_RATIO * Math.min(...limits.map(({ defaultWatts }) => defaultWatts));
  return Math.max(asked, Math.ceil(present - step));
}

function expectedDraw(gpus: readonly Gpu[], watts: number): Prediction {
  const draws = gpus.map(({ power }) => power.drawWatts);
  const known = draws.filter((draw) => draw !== null);
  const now = known.reduce((sum, draw) => sum + draw, 0);
  const then = known.reduce((sum, draw) => sum + Math.min(draw, watts), 0);
  const isMeasured = known.length === draws.length && then < now;
  const basis = isMeasured
    ? `What is drawn above the new limit now is not drawn any more: ${Math.round(now)} W becomes at most ${Math.round(then)} W.`
    : 'The new limit is above what is drawn at this moment; it takes effect at the peaks.';
  return { signal: 'gpus.power.drawWatts', direction: 'down', changeRatio: isMeasured ? then / now - 1 : null, basis };
}

function refused(text: string): Promise<ExecutionOutput> {
  return Promise.resolve({ isAccepted: false, isDefinite: true, text });
}
