import type { CandidateAction, DeviceState, Gpu, Snapshot } from '@app/core';
import type { ActionTask, ExecutionOutput, Precondition } from '../action.js';
import { settingCommand } from '../host/nvidia-smi.settings.js';
import { GpuAction, type GpuWork, gpuStatesIn, membersIn } from './gpu.action.js';
import type { GpuState } from './gpu-state.js';
import { withAlikeOfGroup } from './gpu-subject.js';
import { allHold, condition, impossible } from './proposals.js';
import { SERVING_GUARDS } from './watched-signals.js';

/** Keeps the driver initialised while nothing runs. Until the next boot; nvidia-persistenced is what lasts. */
export class GpuPersistenceOnAction extends GpuAction {
  readonly type = 'gpu-persistence-on';
  readonly watched = SERVING_GUARDS;
  override readonly coolDownSeconds = 0;
  override readonly settleSeconds = 5;
  protected readonly isForGroup = false;
  protected readonly fields: readonly (keyof GpuState)[] = ['persistenceMode'];
  protected readonly required: readonly (keyof GpuState)[] = ['persistenceMode'];

  override async unavailable(): Promise<string | null> {
    if (process.platform !== 'linux') return 'Only the Linux driver has a persistence mode.';
    return super.unavailable();
  }

  isReached(state: DeviceState, task: ActionTask): boolean {
    return membersIn(state, task).every((member) => member?.persistenceMode === true);
  }

  execute({ members }: ActionTask): Promise<ExecutionOutput> {
    return this.smi.set(members, { kind: 'persistence', isOn: true });
  }

  /** Processes that hold the GPU keep it initialised; switching off takes nothing from them. */
  readonly undo = ({ members }: ActionTask, before: DeviceState): Promise<ExecutionOutput> => {
    const wasOff = members.filter((uuid) => gpuStatesIn(before)[uuid]?.persistenceMode === false);
    return this.smi.set(wasOff, { kind: 'persistence', isOn: false });
  };

  isRestored(state: DeviceState, before: DeviceState, { members }: ActionTask): boolean {
    const [now, then] = [gpuStatesIn(state), gpuStatesIn(before)];
    return members.every(
      (uuid) => now[uuid] !== undefined && now[uuid].persistenceMode === then[uuid]?.persistenceMode,
    );
  }

  /** The catalogue has no action that switches it off. */
  inverse(): CandidateAction | null {
    return null;
  }

  /** One action for all that an engine runs on: each further one would have to wait for the window of the one before. */
  protected override membersWith({ uuid }: Gpu, snapshot: Snapshot): readonly string[] {
    return withAlikeOfGroup(uuid ?? '', snapshot, ({ persistenceMode }) => persistenceMode === false);
  }

  protected work(_candidate: CandidateAction, gpus: readonly Gpu[]): GpuWork | ReturnType<typeof impossible> {
    if (gpus.every(({ persistenceMode }) => persistenceMode === true))
      return impossible('persistence mode is on already');
    const uuids = gpus.map(({ uuid }) => uuid ?? '');
    return { parameters: {}, preview: settingCommand(uuids, { kind: 'persistence', isOn: true }), expected: null };
  }

  protected conditions(_task: ActionTask, gpus: readonly Gpu[]): readonly Precondition[] {
    const told = gpus.map(({ persistenceMode }) => (persistenceMode === null ? null : true));
    return [condition('The driver tells the persistence mode.', allHold(told))];
  }
}
