import type {
  CandidateAction,
  DeviceState,
  EffectReach,
  Finding,
  Gpu,
  Prediction,
  Snapshot,
  WatchedSignal,
} from '@app/core';
import type { Action, ActionParameters, ActionTask, ExecutionOutput, Precondition, ProposalResult } from '../action.js';
import { DeviceUnreadableError } from '../action.js';
import type { NvidiaSmiExecutor } from '../host/nvidia-smi.executor.js';
import type { ActionDeps } from './action-deps.js';
import { type GpuState, readGpuStates } from './gpu-state.js';
import { gpuForFinding, gpusOf, groupOfGpu, isSameGroup, subjectOfGpu } from './gpu-subject.js';
import { allHold, condition, impossible, isImpossible, proposed } from './proposals.js';
import { reachOfGpus } from './reach.js';

/** What an action would do to GPUs. */
export interface GpuWork {
  readonly parameters: ActionParameters;
  readonly preview: string;
  readonly expected: Prediction | null;
}

export type GpuStates = Readonly<Record<string, GpuState>>;

export function gpuStatesIn(state: DeviceState): GpuStates {
  return (state['gpus'] ?? {}) as GpuStates;
}

/** The GPUs of a state, each with its own; a member that the state does not tell of is missing. */
export function membersIn(state: DeviceState, { members }: Pick<ActionTask, 'members'>): readonly (GpuState | null)[] {
  const states = gpuStatesIn(state);
  return members.map((uuid) => (Object.hasOwn(states, uuid) ? (states[uuid] ?? null) : null));
}

/** A setting of one GPU, or of all that work in step with it. */
export abstract class GpuAction implements Action {
  abstract readonly type: string;
  abstract readonly watched: readonly WatchedSignal[];
  readonly coolDownSeconds: number = 600;
  readonly settleSeconds: number = 10;
  readonly minimumWindowSeconds: number = 0;
  readonly executeWithinMs: number = 30_000;
  readonly verifyWithinMs: number = 10_000;
  /** Whether all GPUs of a tensor-parallel group have to have it alike. */
  protected abstract readonly isForGroup: boolean;
  /** Which values of the device are its state: those that it sets, and what they are held against. */
  protected abstract readonly fields: readonly (keyof GpuState)[];
  /** Without these nothing is done, for nobody would know what to go back to. */
  protected abstract readonly required: readonly (keyof GpuState)[];

  constructor(
    protected readonly smi: Pick<NvidiaSmiExecutor, 'query' | 'set' | 'unavailable'>,
    private readonly settings: Pick<ActionDeps['settings'], 'sources'>,
  ) {}

  async unavailable(): Promise<string | null> {
    if (this.settings.sources.gpu === 'none')
      return 'GPU_SOURCE is none: this installation has nothing to do with GPUs.';
    return this.smi.unavailable();
  }

  propose(candidate: CandidateAction, finding: Finding, snapshot: Snapshot): ProposalResult {
    const gpu = gpuForFinding(finding, snapshot);
    if (isImpossible(gpu)) return gpu;
    const members = this.membersWith(gpu, snapshot);
    if (isImpossible(members)) return members;
    const gpus = gpusOf(members, snapshot).filter((each) => each !== null);
    if (gpus.length < members.length) return impossible('not every GPU of the same group is in the snapshot');
    if (gpus.some(({ mig }) => mig.mode === true)) return impossible('MIG is on, so the GPU may have several users');
    const work = this.work(candidate, gpus);
    return isImpossible(work) ? work : proposed({ subject: subjectOfGpu(gpu), members, ...work });
  }

  preconditions(task: ActionTask, snapshot: Snapshot): readonly Precondition[] {
    const found = gpusOf(task.members, snapshot);
    const gpus = found.filter((gpu) => gpu !== null);
    if (gpus.length < found.length) return [condition('Every GPU that it acts on is there.', false)];
    const notShared = gpus.map(({ virtualizationMode }) => virtualizationMode?.toUpperCase() !== 'VGPU');
    return [
      condition('The GPU is no virtual one, and MIG is off.', allHold([...notShared, ...gpus.map(isWhole)])),
      ...(this.isForGroup
        ? [condition('The GPUs that work in step are still those of the plan.', isSameGroup(task.members, snapshot))]
        : []),
      ...this.conditions(task, gpus),
    ];
  }

  reach(task: ActionTask, snapshot: Snapshot): EffectReach {
    return reachOfGpus(task.members, snapshot);
  }

  async read(task: ActionTask): Promise<DeviceState> {
    const states = await readGpuStates(this.smi, task.members);
    const gpus: Record<string, Partial<GpuState>> = {};
    for (const [uuid, state] of states) {
      const missing = this.required.find((field) => state[field] === null);
      if (missing !== undefined) throw new DeviceUnreadableError(`The driver does not tell ${missing} of ${uuid}.`);
      gpus[uuid] = Object.fromEntries(this.fields.map((field) => [field, state[field]]));
    }
    return { gpus };
  }

  abstract isReached(state: DeviceState, task: ActionTask, before: DeviceState): boolean;
  abstract execute(task: ActionTask, before: DeviceState): Promise<ExecutionOutput>;
  abstract readonly undo: (task: ActionTask, before: DeviceState) => Promise<ExecutionOutput>;
  abstract isRestored(state: DeviceState, before: DeviceState, task: ActionTask): boolean;
  abstract inverse(task: ActionTask, before: DeviceState | null): CandidateAction | null;

  /** What is done together with the GPU of the finding, which comes first. */
  protected membersWith({ uuid }: Gpu, snapshot: Snapshot): readonly string[] | ReturnType<typeof impossible> {
    return this.isForGroup ? groupOfGpu(uuid ?? '', snapshot) : [uuid ?? ''];
  }

  protected abstract work(candidate: CandidateAction, gpus: readonly Gpu[]): GpuWork | ReturnType<typeof impossible>;
  protected abstract conditions(task: ActionTask, gpus: readonly Gpu[]): readonly Precondition[];
}

function isWhole({ mig }: Gpu): boolean {
  return mig.mode !== true;
}

/** Runs one after the other and ends at the first that is not accepted. */
export async function inTurn(runs: readonly (() => Promise<ExecutionOutput>)[]): Promise<ExecutionOutput> {
  const texts: string[] = [];
  for (const run of runs) {
    const output = await run();
    texts.push(output.text);
    if (!output.isAccepted) return { ...output, text: texts.join(' ') };
  }
  return { isAccepted: true, text: texts.join(' ') };
}

/** Members by the value that they get, in the order in which the values come. */
export function byValue<T>(
  members: readonly string[],
  valueOf: (uuid: string) => T,
): readonly (readonly [T, string[]])[] {
  const groups = new Map<T, string[]>();
  for (const uuid of members) {
    const value = valueOf(uuid);
    groups.set(value, [...(groups.get(value) ?? []), uuid]);
  }
  return [...groups];
}
