import { describe, expect, it } from '@jest/globals';
import type { CandidateAction, Snapshot } from '@app/core';
import {
  aFakeGpu,
  aFindingOf,
  aGpuPair,
  courseOf,
  FakeGpus,
  FIRST_GPU,
  SECOND_GPU,
  GPU_SETTINGS,
  proposeBy,
  failingConditions,
  aGpuTask,
} from '@app/testing/actions';
import { aFrame, aFrameEngine, aFrameGpu, FRAME_ENGINE_ID } from '@app/testing/analysis';
import { GpuRestorePowerLimitAction, GpuSetPowerLimitAction } from './gpu-power-limit.action.js';

const ENGINE = { kind: 'engine', id: FRAME_ENGINE_ID, label: 'chat' } as const;

describe('GpuSetPowerLimitAction', () => {
  const gpus = (): FakeGpus => new FakeGpus({ [FIRST_GPU]: aFakeGpu(), [SECOND_GPU]: aFakeGpu() });
  const action = (smi = gpus()): GpuSetPowerLimitAction => new GpuSetPowerLimitAction(smi, GPU_SETTINGS);

  it('is for all GPUs that work in step', () => {
    expect(proposeBy(action(), { watts: 640 })).toEqual({
      kind: 'proposal',
      proposal: {
        subject: { kind: 'gpu', id: FIRST_GPU, label: 'GPU 0 (NVIDIA H100 80GB HBM3)' },
        members: [FIRST_GPU, SECOND_GPU],
        parameters: { watts: 640 },
        preview: `nvidia-smi -i ${FIRST_GPU},${SECOND_GPU} -pl 640`,
        expected: expect.objectContaining({ signal: 'gpus.power.drawWatts', direction: 'down', changeRatio: null }),
      },
    });
  });

  it('predicts what is no longer drawn above the limit', () => {
    const busy = { power: { drawWatts: 680 } };
    const result = proposeBy(action(), { watts: 646 }, aGpuPair(busy, busy));
    expect(result).toMatchObject({ proposal: { expected: { changeRatio: expect.closeTo(-0.05, 6) } } });
  });

  it('goes no further than a step of a tenth of the default', () => {
    expect(proposeBy(action(), { watts: 500 })).toMatchObject({ proposal: { parameters: { watts: 630 } } });
  });

  const low = { power: { requestedLimitWatts: 440, enforcedLimitWatts: 440 } };
  it.each<[string, CandidateAction['parameters'], Snapshot, RegExp]>([
    ['no limit', {}, aGpuPair(), /no limit in watts/],
    ['words for a limit', { watts: '600; reboot' }, aGpuPair(), /no limit in watts/],
    ['no lower limit', { watts: 700 }, aGpuPair(), /700 W already/],
    ['less than 60 % of the default', { watts: 419 }, aGpuPair(low, low), /419 W is not between 420 W and 700 W/],
    ['less than the device can', { watts: 640 }, aGpuPair({ power: { minLimitWatts: 650 } }), /not between 650 W/],
    ['a group with different limits', { watts: 420 }, aGpuPair({}, low), /more than a step/],
    [
      'limits that could not be read',
      { watts: 640 },
      aGpuPair({}, { power: { maxLimitWatts: null } }),
      /could not be read/,
    ],
    ['MIG', { watts: 640 }, aGpuPair({ mig: { mode: true } }), /MIG is on/],
    ['a GPU without UUID', { watts: 640 }, aFrame(0, { gpus: [aFrameGpu({ uuid: null })] }), /not in the snapshot/],
  ])('proposes nothing for %s', (_, parameters, snapshot, reason) => {
    expect(proposeBy(action(), parameters, snapshot)).toEqual({
      kind: 'impossible',
      reason: expect.stringMatching(reason),
    });
  });

  it('proposes nothing where an engine may be on the GPU or not', () => {
    const gpu = aFrameGpu({
      processes: [{ pid: 1, name: 'vllm', type: 'C', usedMemoryBytes: 1, gpuInstanceId: null }],
    });
    const snapshot = aFrame(0, {
      gpus: [gpu, aFrameGpu({ uuid: SECOND_GPU })],
      engines: [aFrameEngine({ gpuUuids: null })],
    });
    expect(proposeBy(action(), { watts: 640 }, snapshot)).toMatchObject({
      reason: expect.stringMatching(/is not known on which/),
    });
  });

  it('reaches both, and goes back to what each had', async () => {
    const smi = gpus();
    smi.gpus[SECOND_GPU] = aFakeGpu({ 'power.limit': '690.00', 'enforced.power.limit': '690.00' });
    const done = await courseOf(
      action(smi),
      aGpuTask('gpu-set-power-limit', { watts: 640 }),
      () => void (smi.behaviour = 'obey'),
    );
    expect(done).toMatchObject({ isReached: true, isRestored: false, isBack: true });
    expect(smi.calls.map(({ uuids, setting }) => [uuids.length, setting])).toEqual([
      [2, { kind: 'power-limit', watts: 640 }],
      [1, { kind: 'power-limit', watts: 700 }],
      [1, { kind: 'power-limit', watts: 690 }],
    ]);
  });

  it.each([
    ['lie', false, true],
    ['deny', false, true],
    ['half', false, false],
  ] as const)('looks at the device where the driver would %s', async (behaviour, isReached, isRestored) => {
    const smi = gpus();
    smi.behaviour = behaviour;
    const done = await courseOf(
      action(smi),
      aGpuTask('gpu-set-power-limit', { watts: 640 }),
      () => void (smi.behaviour = 'obey'),
    );
    expect(done).toMatchObject({ isReached, isRestored, isBack: true });
  });

  it('is not reached while something else limits the power further', async () => {
    const smi = gpus();
    const task = aGpuTask('gpu-set-power-limit', { watts: 640 });
    smi.gpus[FIRST_GPU] = aFakeGpu({ 'power.limit': '640.00', 'enforced.power.limit': '500.00' });
    smi.gpus[SECOND_GPU] = aFakeGpu({ 'power.limit': '640.00', 'enforced.power.limit': '640.00' });
    const state = await action(smi).read(task);
    expect(action(smi).isReached(state, task)).toBe(false);
  });

  it('sets nothing outside the range of the device as it is read just before', async () => {
    const smi = gpus();
    smi.gpus[SECOND_GPU] = aFakeGpu({ 'power.min_limit': '650.00' });
    const task = aGpuTask('gpu-set-power-limit', { watts: 640 });
    const output = await action(smi).execute(task, await action(smi).read(task));
    expect(output).toMatchObject({
      isAccepted: false,
      isDefinite: true,
      text: expect.stringContaining('not between 650 W'),
    });
    expect(smi.calls).toEqual([]);
  });

  it('does nothing without a limit to go back to', async () => {
    const smi = gpus();
    smi.gpus[SECOND_GPU] = aFakeGpu({ 'power.limit': null });
    await expect(action(smi).read(aGpuTask('gpu-set-power-limit', { watts: 640 }))).rejects.toThrow(
      /requestedLimitWatts/,
    );
  });

  it.each<[string, Snapshot, (boolean | null)[]]>([
    ['all is well', aGpuPair(), []],
    ['persistence mode is off', aGpuPair({}, { persistenceMode: false }), [false]],
    ['the driver does not tell why it slows down', aGpuPair({ clockEventReasons: null }), [null]],
    ['a power brake is active', aGpuPair({ clockEventReasons: ['hw-power-brake-slowdown'] }), [false]],
    ['a GPU is virtual', aGpuPair({ virtualizationMode: 'VGPU' }), [false]],
    ['the limit can not be read', aGpuPair({ power: { minLimitWatts: null } }), [false, null]],
    ['the group has changed', aFrame(0, { gpus: aGpuPair().gpus, engines: [aFrameEngine()] }), [false]],
    ['a GPU is gone', aFrame(0), [false]],
  ])('has its conditions looked at where %s', (_, snapshot, expected) => {
    expect(failingConditions(action(), aGpuTask('gpu-set-power-limit', { watts: 640 }), snapshot)).toEqual(expected);
  });

  it('can be felt by whatever runs on its GPUs', () => {
    const reach = action().reach(aGpuTask('gpu-set-power-limit'), aGpuPair());
    expect(reach).toEqual({ gpus: [FIRST_GPU, SECOND_GPU], engines: [FRAME_ENGINE_ID], caches: [], host: 'local' });
  });

  it('is unavailable without nvidia-smi, and where there are to be no GPUs', async () => {
    const smi = gpus();
    smi.reason = 'nvidia-smi is not on PATH';
    expect(await action(smi).unavailable()).toBe('nvidia-smi is not on PATH');
    const none = new GpuSetPowerLimitAction(gpus(), { sources: { ...GPU_SETTINGS.sources, gpu: 'none' } });
    expect(await none.unavailable()).toMatch(/GPU_SOURCE/);
  });
});

describe('GpuRestorePowerLimitAction', () => {
  const lowered = { 'power.limit': '450.00', 'enforced.power.limit': '450.00' };
  const gpus = (): FakeGpus => new FakeGpus({ [FIRST_GPU]: aFakeGpu(lowered), [SECOND_GPU]: aFakeGpu() });
  const action = (smi = gpus()): GpuRestorePowerLimitAction => new GpuRestorePowerLimitAction(smi, GPU_SETTINGS);
  const low = { power: { requestedLimitWatts: 450, enforcedLimitWatts: 450 } };

  it('finds the slower GPU of a group in the evidence of the engine', () => {
    const evidence = { id: 'e1', signal: 'gpus.uuid', value: SECOND_GPU, unit: 'text', operator: null } as const;
    const rest = { threshold: null, thresholdSource: null, source: 'nvidia-smi', at: '', windowSeconds: 0 };
    const finding = aFindingOf(ENGINE, { evidence: [{ ...evidence, ...rest }] });
    const result = proposeBy(action(), {}, aGpuPair({}, low), finding);
    expect(result).toMatchObject({ proposal: { subject: { id: SECOND_GPU }, members: [SECOND_GPU, FIRST_GPU] } });
  });

  it('takes the first GPU of an engine where none is named', () => {
    expect(proposeBy(action(), {}, aGpuPair(low), aFindingOf(ENGINE))).toMatchObject({
      proposal: { subject: { id: FIRST_GPU }, preview: `nvidia-smi -i ${FIRST_GPU},${SECOND_GPU} -pl 700` },
    });
  });

  it('proposes nothing where every limit is the default, or no GPU is meant', () => {
    expect(proposeBy(action(), {})).toMatchObject({ reason: expect.stringMatching(/default limit already/) });
    const host = aFindingOf({ kind: 'host', id: 'local', label: 'gpu-host' });
    expect(proposeBy(action(), {}, aGpuPair(low), host)).toMatchObject({
      reason: expect.stringMatching(/names no GPU/),
    });
  });

  it('reaches the default of each, however far away, and goes back', async () => {
    const smi = gpus();
    expect(
      await courseOf(action(smi), aGpuTask('gpu-restore-power-limit'), () => void (smi.behaviour = 'obey')),
    ).toMatchObject({
      isReached: true,
      isBack: true,
    });
  });

  it.each<[string, Snapshot, (boolean | null)[]]>([
    ['the limit is lowered', aGpuPair(low), []],
    ['heat slows it down', aGpuPair({ ...low, clockEventReasons: ['sw-thermal-slowdown'] }), [false]],
    ['it is not lowered', aGpuPair(), [false]],
    ['the chassis limits it', aGpuPair({ power: { requestedLimitWatts: 500, enforcedLimitWatts: 450 } }), [false]],
  ])('has its conditions looked at where %s', (_, snapshot, expected) => {
    expect(failingConditions(action(), aGpuTask('gpu-restore-power-limit'), snapshot)).toEqual(expected);
  });
});
