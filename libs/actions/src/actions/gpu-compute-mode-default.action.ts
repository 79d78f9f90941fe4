import type { CandidateAction, DeviceState, Gpu, Snapshot } from '@app/core';
import type { ActionTask, ExecutionOutput, Precondition } from '../action.js';
import { type GpuSetting, settingCommand } from '../host/nvidia-smi.settings.js';
import { byValue, GpuAction, type GpuWork, gpuStatesIn, inTurn, membersIn } from './gpu.action.js';
import type { GpuState } from './gpu-state.js';
import { withAlikeOfGroup } from './gpu-subject.js';
import { allHold, condition, impossible } from './proposals.js';
import { SERVING_GUARDS } from './watched-signals.js';

type Mode = Extract<GpuSetting, { kind: 'compute-mode' }>['mode'];

/** Numbers of the present tool; some older ones have others, which is why the mode is read back by its name. */
const MODES: Readonly<Record<string, Mode>> = {
  default: 0,
  exclusive_thread: 1,
  prohibited: 2,
  exclusive_process: 3,
};

function modeIn(text: string | null | undefined): Mode | null {
  const name = text?.trim().toLowerCase().replaceAll(' ', '_') ?? '';
  return Object.hasOwn(MODES, name) ? (MODES[name] ?? null) : null;
}

/** Lets several processes use the GPU again; contexts that exist are not touched. */
export class GpuComputeModeDefaultAction extends GpuAction {
  readonly type = 'gpu-compute-mode-default';
  readonly watched = SERVING_GUARDS;
  override readonly settleSeconds = 5;
  protected readonly isForGroup = false;
  protected readonly fields: readonly (keyof GpuState)[] = ['computeMode'];
  protected readonly required: readonly (keyof GpuState)[] = ['computeMode'];

  isReached(state: DeviceState, task: ActionTask): boolean {
    return membersIn(state, task).every((member) => modeIn(member?.computeMode) === 0);
  }

  execute({ members }: ActionTask, before: DeviceState): Promise<ExecutionOutput> {
    const unknown = members.find((uuid) => modeIn(gpuStatesIn(before)[uuid]?.computeMode) === null);
    if (unknown === undefined) return this.smi.set(members, { kind: 'compute-mode', mode: 0 });
    const text = `The present compute mode of ${unknown} is none that could be put back; nothing was set.`;
    return Promise.resolve({ isAccepted: false, isDefinite: true, text });
  }

  readonly undo = ({ members }: ActionTask, before: DeviceState): Promise<ExecutionOutput> => {
    const former = (uuid: string): Mode => modeIn(gpuStatesIn(before)[uuid]?.computeMode) ?? 0;
    const runs = byValue(members, former).map(
      ([mode, uuids]) =>
        () =>
          this.smi.set(uuids, { kind: 'compute-mode', mode }),
    );
    return inTurn(runs);
  };

  isRestored(state: DeviceState, before: DeviceState, { members }: ActionTask): boolean {
    const [now, then] = [gpuStatesIn(state), gpuStatesIn(before)];
    return members.every((uuid) => {
      const mode = modeIn(now[uuid]?.computeMode);
      return mode !== null && mode === modeIn(then[uuid]?.computeMode);
    });
  }

  /** The catalogue has no action that makes a GPU exclusive. */
  inverse(): CandidateAction | null {
    return null;
  }

  /** An engine needs all of its GPUs, so that making one of them usable helps nobody. */
  protected override membersWith({ uuid }: Gpu, snapshot: Snapshot): readonly string[] {
    return withAlikeOfGroup(uuid ?? '', snapshot, ({ computeMode }) => (modeIn(computeMode) ?? 0) !== 0);
  }

  protected work(_candidate: CandidateAction, gpus: readonly Gpu[]): GpuWork | ReturnType<typeof impossible> {
    if (gpus.every(({ computeMode }) => modeIn(computeMode) === 0))
      return impossible('the compute mode is the default already');
    const uuids = gpus.map(({ uuid }) => uuid ?? '');
    return { parameters: {}, preview: settingCommand(uuids, { kind: 'compute-mode', mode: 0 }), expected: null };
  }

  protected conditions(_task: ActionTask, gpus: readonly Gpu[]): readonly Precondition[] {
    const known = gpus.map(({ computeMode }) => (computeMode === null ? null : modeIn(computeMode) !== null));
    return [condition('The present compute mode is known, so that it can be put back.', allHold(known))];
  }
}
