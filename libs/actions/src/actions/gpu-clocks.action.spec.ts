import { describe, expect, it } from '@jest/globals';
import type { Snapshot } from '@app/core';
import {
  aFakeGpu,
  aGpuPair,
  courseOf,
  FakeGpus,
  FIRST_GPU,
  SECOND_GPU,
  type GpuPatch,
  GPU_SETTINGS,
  proposeBy,
  failingConditions,
  aGpuTask,
} from '@app/testing/actions';
import { GpuLockClocksAction, GpuResetClocksAction } from './gpu-clocks.action.js';

describe('GpuLockClocksAction', () => {
  const gpus = (): FakeGpus => new FakeGpus({ [FIRST_GPU]: aFakeGpu(), [SECOND_GPU]: aFakeGpu() });
  const action = (smi = gpus()): GpuLockClocksAction => new GpuLockClocksAction(smi, GPU_SETTINGS);
  const range = { minMhz: 345, maxMhz: 1500 };
  const free = { clocks: { smMhz: 1980 } };

  it('is for all GPUs that work in step', () => {
    const preview = `nvidia-smi -i ${FIRST_GPU},${SECOND_GPU} -lgc 345,1500`;
    expect(proposeBy(action(), range)).toMatchObject({
      proposal: { members: [FIRST_GPU, SECOND_GPU], preview, parameters: range },
    });
  });

  it.each([
    ['no range', {}, /no range of clocks/],
    ['half a megahertz', { minMhz: 345.5, maxMhz: 1500 }, /no range of clocks/],
    ['less than 60 % of the maximum', { minMhz: 345, maxMhz: 1187 }, /1187 MHz is not between 1188 and 1980/],
    ['more than the maximum', { minMhz: 345, maxMhz: 2000 }, /not between/],
    ['a range the wrong way round', { minMhz: 1600, maxMhz: 1500 }, /no range/],
  ])('proposes nothing for %s', (_, parameters, reason) => {
    expect(proposeBy(action(), parameters)).toEqual({ kind: 'impossible', reason: expect.stringMatching(reason) });
  });

  it.each<[string, Snapshot, (boolean | null)[]]>([
    ['the clock is free and busy', aGpuPair(free, free), []],
    ['a lock may be there already', aGpuPair(free, { clocks: { smMhz: 1700 } }), [false]],
    ['a GPU is idle', aGpuPair(free, { ...free, utilization: { gpuRatio: 0 } }), [false]],
    ['the load is not known', aGpuPair({ ...free, utilization: { gpuRatio: null } }, free), [null]],
    ['heat slows it down', aGpuPair({ ...free, clockEventReasons: ['hw-thermal-slowdown'] }, free), [false]],
  ])('has its conditions looked at where %s', (_, snapshot, expected) => {
    expect(failingConditions(action(), aGpuTask('gpu-lock-clocks', range), snapshot)).toEqual(expected);
  });

  it.each([
    ['obey', true, false],
    ['lie', false, true],
    ['half', false, false],
  ] as const)('looks at the clocks where the driver would %s', async (behaviour, isReached, isRestored) => {
    const smi = gpus();
    smi.behaviour = behaviour;
    const done = await courseOf(action(smi), aGpuTask('gpu-lock-clocks', range), () => void (smi.behaviour = 'obey'));
    expect(done).toMatchObject({ isReached, isRestored, isBack: true });
  });

  it('is not verified by the clock of an idle GPU, and stays so when the load goes away later', async () => {
    const smi = gpus();
    const lock = action(smi);
    const task = aGpuTask('gpu-lock-clocks', range);
    const before = await lock.read(task);
    const idle = { 'clocks.sm': '345', 'utilization.gpu': '0' };
    smi.gpus[FIRST_GPU] = aFakeGpu(idle);
    smi.gpus[SECOND_GPU] = aFakeGpu(idle);
    expect(lock.isReached(await lock.read(task), task)).toBe(false);
    expect(lock.isRestored(await lock.read(task), before, task)).toBe(false);
    const busy = { 'clocks.sm': '1500', 'utilization.gpu': '90' };
    smi.gpus[FIRST_GPU] = aFakeGpu(busy);
    smi.gpus[SECOND_GPU] = aFakeGpu(busy);
    expect(lock.isReached(await lock.read(task), task)).toBe(true);
    smi.gpus[SECOND_GPU] = aFakeGpu(idle);
    expect(lock.isReached(await lock.read(task), task)).toBe(true);
  });

  it('takes the word of the driver for the release where the GPU has become idle', async () => {
    const smi = gpus();
    const lock = action(smi);
    const task = aGpuTask('gpu-lock-clocks', range, [FIRST_GPU]);
    const before = await lock.read(task);
    smi.gpus[FIRST_GPU] = aFakeGpu({ 'clocks.sm': '345', 'clocks.max.sm': '345', 'utilization.gpu': '0' });
    expect(lock.isRestored(await lock.read(task), before, task)).toBe(false);
    await lock.undo(task);
    expect(lock.isRestored(await lock.read(task), before, task)).toBe(true);
  });
});

describe('GpuResetClocksAction', () => {
  const locked = { 'clocks.sm': '1200' };
  const gpus = (): FakeGpus => new FakeGpus({ [FIRST_GPU]: aFakeGpu(locked), [SECOND_GPU]: aFakeGpu(locked) });
  const action = (smi = gpus()): GpuResetClocksAction => new GpuResetClocksAction(smi, GPU_SETTINGS);
  const task = aGpuTask('gpu-reset-clocks', {}, [FIRST_GPU]);

  it('is for the GPU alone', () => {
    const result = proposeBy(action(), {}, aGpuPair({ clocks: { smMhz: 1200 } }));
    expect(result).toMatchObject({
      proposal: {
        members: [FIRST_GPU],
        preview: `nvidia-smi -i ${FIRST_GPU} -rgc`,
        expected: { changeRatio: expect.closeTo(0.65, 6) },
      },
    });
  });

  it('lets the clock rise, and locks it to where it was seen', async () => {
    const smi = gpus();
    expect(await courseOf(action(smi), task, () => void (smi.behaviour = 'obey'))).toMatchObject({
      isReached: true,
      isRestored: false,
      isBack: true,
    });
    expect(smi.calls.at(-1)).toEqual({
      uuids: [FIRST_GPU],
      setting: { kind: 'lock-clocks', minMhz: 1200, maxMhz: 1200 },
    });
  });

  it.each([
    ['the maximum', { 'clocks.sm': '1900' }, true],
    ['a clock that the power limit holds', { 'clocks.sm': '1700', 'power.draw': '698.00' }, true],
    ['a clock that nothing explains', { 'clocks.sm': '1700' }, false],
    ['the former clock at the power limit', { 'clocks.sm': '1200', 'power.draw': '698.00' }, false],
    ['an idle clock', { 'clocks.sm': '1980', 'utilization.gpu': '0' }, false],
  ])('is reached with %s: %#', async (_, fields, expected) => {
    const smi = gpus();
    const reset = action(smi);
    const before = await reset.read(task);
    smi.gpus[FIRST_GPU] = aFakeGpu(fields);
    expect(reset.isReached(await reset.read(task), task, before)).toBe(expected);
  });

  it.each([
    ['where it was', { 'clocks.sm': '1200' }, true],
    ['idle', { 'clocks.sm': '345', 'utilization.gpu': '0' }, true],
    ['slower at its power limit', { 'clocks.sm': '900', 'power.draw': '698.00' }, true],
    ['slower without a reason', { 'clocks.sm': '900' }, false],
    ['free', { 'clocks.sm': '1980' }, false],
  ])('takes the word of the driver for the way back of a GPU that is %s: %#', async (_, fields, expected) => {
    const smi = gpus();
    const reset = action(smi);
    const before = await reset.read(task);
    await reset.undo(task, before);
    smi.gpus[FIRST_GPU] = aFakeGpu(fields);
    expect(reset.isRestored(await reset.read(task), before, task)).toBe(expected);
  });

  it.each<[string, GpuPatch, (boolean | null)[]]>([
    ['a busy GPU is held down', { clocks: { smMhz: 1200 } }, []],
    ['it is idle', { clocks: { smMhz: 1200 }, utilization: { gpuRatio: 0.05 } }, [false]],
    ['it is at its maximum', { clocks: { smMhz: 1950 } }, [false]],
    ['power holds it down', { clocks: { smMhz: 1200 }, clockEventReasons: ['sw-power-cap'] }, [false]],
  ])('has its conditions looked at where %s', (_, patch, expected) => {
    expect(failingConditions(action(), task, aGpuPair(patch))).toEqual(expected);
  });
});
