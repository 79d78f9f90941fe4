import { describe, expect, it } from '@jest/globals';
import { type Gpu, isSignalPath } from '@app/core';
import {
  aFakeGpu,
  aGpuPair,
  courseOf,
  FakeGpus,
  FIRST_GPU,
  SECOND_GPU,
  GPU_SETTINGS,
  proposeBy,
  aGpuTask,
} from '@app/testing/actions';
import type { Action, ActionTask } from '../action.js';
import { GpuLockClocksAction, GpuResetClocksAction } from './gpu-clocks.action.js';
import { GpuComputeModeDefaultAction } from './gpu-compute-mode-default.action.js';
import { GpuPersistenceOnAction } from './gpu-persistence-on.action.js';
import { GpuRestorePowerLimitAction, GpuSetPowerLimitAction } from './gpu-power-limit.action.js';

describe('modes of a GPU', () => {
  const task = (type: string): ActionTask => aGpuTask(type, {}, [FIRST_GPU]);

  it('switches persistence on, and off again only where it was off', async () => {
    const smi = new FakeGpus({ [FIRST_GPU]: aFakeGpu({ persistence_mode: 'Disabled' }) });
    const action = new GpuPersistenceOnAction(smi, GPU_SETTINGS);
    const done = await courseOf(action, task('gpu-persistence-on'), () => void (smi.behaviour = 'obey'));
    expect(done).toMatchObject({ isReached: true, isRestored: false, isBack: true });
    expect(smi.calls.at(-1)?.setting).toEqual({ kind: 'persistence', isOn: false });
    expect(proposeBy(action, {})).toMatchObject({ reason: expect.stringMatching(/on already/) });
    expect(proposeBy(action, {}, aGpuPair({ persistenceMode: false }))).toMatchObject({
      proposal: { members: [FIRST_GPU], preview: `nvidia-smi -i ${FIRST_GPU} -pm 1` },
    });
  });

  it('sets the default compute mode, and the former one by its name', async () => {
    const smi = new FakeGpus({ [FIRST_GPU]: aFakeGpu({ compute_mode: 'Exclusive_Process' }) });
    const action = new GpuComputeModeDefaultAction(smi, GPU_SETTINGS);
    const done = await courseOf(action, task('gpu-compute-mode-default'), () => void (smi.behaviour = 'obey'));
    expect(done).toMatchObject({ isReached: true, isRestored: false, isBack: true });
    expect(smi.calls.at(-1)?.setting).toEqual({ kind: 'compute-mode', mode: 3 });
  });

  it.each([
    [GpuPersistenceOnAction, { persistenceMode: false }],
    [GpuComputeModeDefaultAction, { computeMode: 'Prohibited' }],
  ])('are set for all GPUs of an engine that need it: %p', (Mode, off) => {
    const action = new Mode(new FakeGpus({}), GPU_SETTINGS);
    expect(proposeBy(action, {}, aGpuPair(off, off))).toMatchObject({ proposal: { members: [FIRST_GPU, SECOND_GPU] } });
    expect(proposeBy(action, {}, aGpuPair(off, {}))).toMatchObject({ proposal: { members: [FIRST_GPU] } });
  });

  it('leaves a compute mode alone that it could not put back', async () => {
    const smi = new FakeGpus({ [FIRST_GPU]: aFakeGpu({ compute_mode: 'Something_New' }) });
    const action = new GpuComputeModeDefaultAction(smi, GPU_SETTINGS);
    const before = await action.read(task('gpu-compute-mode-default'));
    const output = await action.execute(task('gpu-compute-mode-default'), before);
    expect(output).toMatchObject({ isAccepted: false, isDefinite: true });
    expect(smi.calls).toEqual([]);
  });
});

describe('what is watched of GPU actions', () => {
  const smi = new FakeGpus({});
  const actions: readonly Action[] = [
    new GpuSetPowerLimitAction(smi, GPU_SETTINGS),
    new GpuRestorePowerLimitAction(smi, GPU_SETTINGS),
    new GpuLockClocksAction(smi, GPU_SETTINGS),
    new GpuResetClocksAction(smi, GPU_SETTINGS),
  ];

  it.each(actions.map((action) => [action.type, action] as const))(
    'are signals, and what %s is expected to do',
    (_, action) => {
      const signals = action.watched.map(({ signal }) => signal);
      for (const signal of signals) expect(isSignalPath(signal)).toBe(true);
      const low: Partial<Gpu['power']> = { requestedLimitWatts: 650, enforcedLimitWatts: 650 };
      const result = proposeBy(
        action,
        { watts: 600, minMhz: 345, maxMhz: 1500 },
        aGpuPair({ power: low, clocks: { smMhz: 1300 } }),
      );
      if (result.kind === 'proposal') expect(signals).toContain(result.proposal.expected?.signal);
    },
  );

  it('takes half an hour where energy is to be saved', () => {
    const windows = Object.fromEntries(actions.map(({ type, minimumWindowSeconds }) => [type, minimumWindowSeconds]));
    expect(windows).toEqual({
      'gpu-set-power-limit': 1800,
      'gpu-restore-power-limit': 0,
      'gpu-lock-clocks': 1800,
      'gpu-reset-clocks': 0,
    });
  });
});
