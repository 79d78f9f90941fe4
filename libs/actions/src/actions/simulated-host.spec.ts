import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { DeviceState } from '@app/core';
import { aTask } from '@app/testing/actions';
import {
  type BehaviourKind,
  COMMAND_KINDS,
  MisbehavingHost,
} from '../../../../apps/simulator/src/control/behaviours.js';
import { Machine } from '../../../../apps/simulator/src/machine/index.js';
import { MachineHost } from '../../../../apps/simulator/src/surface/machine-host.js';
import { Surface, type SurfaceEndpoints } from '../../../../apps/simulator/src/surface/surface.js';
import type { Action, ActionTask, ExecutionOutput } from '../action.js';
import { HttpExecutor } from '../executors/http.executor.js';
import { NvidiaSmiExecutor } from '../host/nvidia-smi.executor.js';
import { GpuLockClocksAction, GpuResetClocksAction } from './gpu-clocks.action.js';
import { GpuSetPowerLimitAction } from './gpu-power-limit.action.js';
import { LmcacheBypassAddAction } from './lmcache-bypass.action.js';
import { VllmSleepAction } from './vllm-sleep.action.js';

/** The actions on a host that reacts, through the surfaces that a real one has. */
describe('actions on a simulated host', () => {
  let folder: string;
  let machine: Machine;
  let host: MisbehavingHost;
  let surface: Surface;
  let endpoints: SurfaceEndpoints;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'actions-simulated-'));
    const traffic = { requestsPerSecond: 12 };
    const cache = { remoteGib: 10 };
    const engines = [
      { gpus: [0, 1], cache, traffic },
      { gpus: [2], traffic },
    ];
    machine = new Machine({ seed: 7, gpus: 3, engines, warmSeconds: 20, historyHours: 1 });
    host = new MisbehavingHost(new MachineHost(machine), machine);
    surface = new Surface({ folder });
    endpoints = await surface.start(host);
  }, 60_000);
  afterAll(async () => {
    await surface.stop();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => behave('obey'));

  const behave = (behaviour: BehaviourKind): void => host.behave(COMMAND_KINDS, { behaviour, slowSeconds: 0 });
  const smi = (): NvidiaSmiExecutor =>
    new NvidiaSmiExecutor({
      environment: () => ({ PATH: `${endpoints.binFolder}:/usr/local/bin:/usr/bin:/bin`, SECRET: 'not handed on' }),
    });
  const settings = {
    sources: { gpu: 'auto', dcgmUrl: null, nodeExporterUrl: null, engineUrls: [], lmcacheUrls: [], kernelLog: 'none' },
  } as const;
  const uuid = (index: number): string => machine.view().gpus[index]?.uuid ?? '';
  const gpuTask = (type: string, indexes: readonly number[], parameters = {}): ActionTask =>
    aTask(type, { kind: 'gpu', id: uuid(indexes[0] ?? 0), label: 'GPU' }, { members: indexes.map(uuid), parameters });

  interface Course {
    readonly before: DeviceState;
    readonly output: ExecutionOutput;
    readonly isReached: boolean;
    readonly isUnchanged: boolean;
  }
  const perform = async (action: Action, task: ActionTask, seconds = 1): Promise<Course> => {
    const before = await action.read(task);
    const output = await action.execute(task, before);
    machine.advance(seconds);
    const after = await action.read(task);
    return {
      before,
      output,
      isReached: action.isReached(after, task, before),
      isUnchanged: action.isRestored(after, before, task),
    };
  };
  const takeBack = async (action: Action, task: ActionTask, before: DeviceState): Promise<boolean> => {
    await action.undo?.(task, before);
    machine.advance(1);
    return action.isRestored(await action.read(task), before, task);
  };

  describe('a power limit', () => {
    const action = (): GpuSetPowerLimitAction => new GpuSetPowerLimitAction(smi(), settings);
    const task = (): ActionTask => gpuTask('gpu-set-power-limit', [0, 1], { watts: 640 });

    it('reaches every GPU of the group, and goes back', async () => {
      const { before, output, isReached } = await perform(action(), task());
      expect(output).toMatchObject({ isAccepted: true });
      expect(isReached).toBe(true);
      expect(machine.view().gpus.map(({ power }) => power.requestedLimitWatts)).toEqual([640, 640, 700]);
      expect(await takeBack(action(), task(), before)).toBe(true);
      expect(machine.view().gpus[1]?.power.requestedLimitWatts).toBe(700);
    });

    it('is said to need root where the driver denies it', async () => {
      behave('deny');
      const { output, isReached, isUnchanged } = await perform(action(), task());
      expect(output).toMatchObject({
        isAccepted: false,
        isDefinite: true,
        text: expect.stringContaining('CAP_SYS_ADMIN'),
      });
      expect({ isReached, isUnchanged }).toEqual({ isReached: false, isUnchanged: true });
    });

    it('is not reached where the driver lies, whatever it says', async () => {
      behave('lie');
      const { output, isReached, isUnchanged } = await perform(action(), task());
      expect(output.isAccepted).toBe(true);
      expect({ isReached, isUnchanged }).toEqual({ isReached: false, isUnchanged: true });
    });

    it('that makes things worse is neither reached nor as before, and goes back', async () => {
      behave('worsen');
      const { before, isReached, isUnchanged } = await perform(action(), task());
      expect({ isReached, isUnchanged }).toEqual({ isReached: false, isUnchanged: false });
      behave('obey');
      expect(await takeBack(action(), task(), before)).toBe(true);
    });
  });

  describe('a clock lock', () => {
    const parameters = { minMhz: 345, maxMhz: 1500 };

    it('shows in the clock of a busy GPU, and is released', async () => {
      const action = new GpuLockClocksAction(smi(), settings);
      const task = gpuTask('gpu-lock-clocks', [2], parameters);
      const { before, output, isReached } = await perform(action, task);
      expect(output).toMatchObject({ isAccepted: true });
      expect(isReached).toBe(true);
      expect(await takeBack(action, task, before)).toBe(true);
    });

    it('is not reached where the driver lies', async () => {
      behave('lie');
      const action = new GpuLockClocksAction(smi(), settings);
      const { isReached, isUnchanged } = await perform(action, gpuTask('gpu-lock-clocks', [2], parameters));
      expect({ isReached, isUnchanged }).toEqual({ isReached: false, isUnchanged: true });
    });

    it('that somebody else has set is released, and set again', async () => {
      machine.gpu(2).lockClocks(345, 1200);
      machine.advance(1);
      const action = new GpuResetClocksAction(smi(), settings);
      const task = gpuTask('gpu-reset-clocks', [2]);
      const { before, isReached } = await perform(action, task);
      expect(isReached).toBe(true);
      expect(await takeBack(action, task, before)).toBe(true);
      expect(machine.view().gpus[2]?.clocks.smMhz).toBe(1200);
      machine.gpu(2).resetClocks();
    });
  });

  describe('a bypass of the remote cache', () => {
    const action = (): LmcacheBypassAddAction => new LmcacheBypassAddAction(new HttpExecutor(endpoints.cacheUrls));
    const task = (backendName = 'RemoteBackend'): ActionTask => {
      const id = endpoints.cacheUrls[0] ?? '';
      return aTask('lmcache-bypass-add', { kind: 'cache', id, label: id }, { parameters: { backendName } });
    };

    it('is in the list of the cache, and goes out of it again', async () => {
      const { before, output, isReached } = await perform(action(), task());
      expect(output).toMatchObject({ isAccepted: true });
      expect(isReached).toBe(true);
      expect(await takeBack(action(), task(), before)).toBe(true);
      expect(machine.view().caches[0]?.bypassed).toEqual([]);
    });

    it('of a backend that the cache does not have is not even asked for', async () => {
      const { output } = await perform(action(), task('LocalDiskBackend'));
      expect(output).toMatchObject({
        isAccepted: false,
        isDefinite: true,
        text: expect.stringContaining('RemoteBackend'),
      });
    });

    it.each(['fail', 'lie'] as const)('is not reached where the cache would %s', async (behaviour) => {
      behave(behaviour);
      const { output, isReached, isUnchanged } = await perform(action(), task());
      expect(output.isAccepted).toBe(behaviour === 'lie');
      expect({ isReached, isUnchanged }).toEqual({ isReached: false, isUnchanged: true });
    });
  });

  describe('putting an engine to sleep', () => {
    const action = (): VllmSleepAction => new VllmSleepAction(new HttpExecutor(endpoints.engineUrls));
    const task = (): ActionTask => {
      const id = endpoints.engineUrls[1] ?? '';
      return aTask('vllm-sleep', { kind: 'engine', id, label: id }, { parameters: { level: 1 } });
    };

    it('is there with its endpoints', async () => {
      expect(await action().unavailable()).toBeNull();
    });

    it('is not reached where the engine denies or lies', async () => {
      for (const behaviour of ['deny', 'lie'] as const) {
        behave(behaviour);
        const { output, isReached, isUnchanged } = await perform(action(), task());
        expect(output.isAccepted).toBe(behaviour === 'lie');
        expect({ isReached, isUnchanged }).toEqual({ isReached: false, isUnchanged: true });
      }
    });

    it('is read from the engine, and it wakes again', async () => {
      const { before, isReached } = await perform(action(), task());
      expect(isReached).toBe(true);
      await action().undo(task());
      machine.advance(30);
      expect(action().isRestored(await action().read(task()), before)).toBe(true);
    });
  });
});
