import type { DeviceState, EffectReach, Engine, Prediction, Snapshot } from '@app/core';
import { gpuIdOf } from '@app/core';
import type { ActionTask, Precondition } from '../action.js';
import { addressOf, gpuMemoryOf } from './engine-subject.js';
import { condition } from './proposals.js';
import { reachOfEngines } from './reach.js';
import { type EngineSwitch, isIdle, VllmSwitchAction } from './vllm-switch.action.js';
import { GPU_MEMORY_TARGET, ITL_GUARD, TTFT_GUARD, WAITING_TARGET } from './watched-signals.js';

/** Older versions know no `mode` and abort what runs; newer ones wait for it. Nothing must run in either case. */
const SLEEP_SWITCH: EngineSwitch = {
  statePath: '/is_sleeping',
  field: 'is_sleeping',
  on: { method: 'POST', path: '/sleep', query: { level: '1', mode: 'wait' } },
  off: { method: 'POST', path: '/wake_up' },
};
/** Host memory that is to be left over, as a share of the weights. */
const HOST_RESERVE_RATIO = 0.2;
const DEFAULT_MEMORY_SHARE = 0.9;

/** Level 1: weights to host memory. Level 2 throws them away, and is nobody's to automate. */
export class VllmSleepAction extends VllmSwitchAction {
  readonly type = 'vllm-sleep';
  readonly watched = [GPU_MEMORY_TARGET, TTFT_GUARD, ITL_GUARD];
  readonly coolDownSeconds = 1800;
  protected readonly engineSwitch = SLEEP_SWITCH;
  protected readonly isOn = true;
  protected readonly inverseType = 'vllm-wake';
  protected override readonly parameters = { level: 1 };

  protected prediction(): Prediction {
    const basis = 'A sleeping engine keeps about a gigabyte on the GPU and gives the rest back.';
    return { signal: GPU_MEMORY_TARGET.signal, direction: 'down', changeRatio: null, basis };
  }

  protected conditions(engine: Engine, snapshot: Snapshot): readonly Precondition[] {
    return [
      condition('The engine was started with --enable-sleep-mode.', canSleep(engine)),
      condition('No request runs, waits or comes in.', isIdle(engine)),
      condition(
        'Available host memory holds the weights and a fifth more (all that the engine has on its GPUs is taken for weights).',
        hostHolds(engine, snapshot),
      ),
    ];
  }
}

/** Loads the weights of a sleeping engine back. */
export class VllmWakeAction extends VllmSwitchAction {
  readonly type = 'vllm-wake';
  readonly watched = [WAITING_TARGET];
  readonly coolDownSeconds = 300;
  protected readonly engineSwitch = SLEEP_SWITCH;
  protected readonly isOn = false;
  protected readonly inverseType = 'vllm-sleep';

  protected prediction(): Prediction {
    const basis = 'An engine that is awake takes what waits for it.';
    return { signal: WAITING_TARGET.signal, direction: 'down', changeRatio: null, basis };
  }

  protected conditions(engine: Engine, snapshot: Snapshot): readonly Precondition[] {
    const { sleepState } = engine;
    return [
      condition(
        'The engine sleeps with its weights in host memory; discarded weights have to be loaded anew by a person.',
        sleepState === null ? null : sleepState === 'weights-offloaded',
      ),
      condition('The GPU memory that it used before is free.', hasRoom(engine, snapshot)),
    ];
  }

  override reach(task: ActionTask, snapshot: Snapshot): EffectReach {
    return reachOfEngines(task.members, snapshot);
  }

  /** Awake is not enough: it has to answer its health check as well. */
  override async read(task: ActionTask): Promise<DeviceState> {
    const state = await super.read(task);
    const health = await this.http.send(addressOf(task.subject.id), { method: 'GET', path: '/health' });
    return { ...state, isHealthy: health.kind === 'answer' && health.status === 200 };
  }

  override isReached(state: DeviceState): boolean {
    return super.isReached(state) && state['isHealthy'] === true;
  }
}

function canSleep({ process, sleepState }: Engine): boolean | null {
  // The series is only there with sleep mode.
  if (sleepState !== null) return true;
  return process === null ? null : process.flags['enable-sleep-mode'] === 'true';
}

function hostHolds(engine: Engine, snapshot: Snapshot): boolean | null {
  const available = snapshot.system?.memory.availableBytes ?? null;
  const used = gpuMemoryOf(engine, snapshot) ?? wholeMemoryOf(engine, snapshot);
  return available === null || used === null ? null : available >= used * (1 + HOST_RESERVE_RATIO);
}

/** All that is used on its GPUs, where what it uses itself is not told. */
function wholeMemoryOf({ gpuUuids }: Engine, { gpus }: Snapshot): number | null {
  if (gpuUuids === null) return null;
  const used = gpus.filter((gpu) => gpuUuids.includes(gpuIdOf(gpu))).map(({ memory }) => memory.usedBytes);
  if (used.length < gpuUuids.length || used.includes(null)) return null;
  return used.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
}

function hasRoom(engine: Engine, snapshot: Snapshot): boolean | null {
  const { gpuUuids, config } = engine;
  if (gpuUuids === null) return null;
  const own = snapshot.gpus.filter((gpu) => gpuUuids.includes(gpuIdOf(gpu)));
  if (own.length < gpuUuids.length) return null;
  const share = Number(config['gpu_memory_utilization'] ?? engine.process?.flags['gpu-memory-utilization']);
  const kept = (gpuMemoryOf(engine, snapshot) ?? 0) / Math.max(1, own.length);
  const room = own.map(({ memory: { totalBytes, freeBytes } }) => {
    if (totalBytes === null || freeBytes === null) return null;
    const needed = totalBytes * (share > 0 && share <= 1 ? share : DEFAULT_MEMORY_SHARE);
    return freeBytes + kept >= needed;
  });
  if (room.includes(false)) return false;
  return room.includes(null) ? null : true;
}
