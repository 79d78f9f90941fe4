import type { EffectReach, Snapshot, WatchedSignal } from '@app/core';
import { describe, expect, it } from '@jest/globals';
import {
  aFrame,
  aFrameCache,
  aFrameEngine,
  aFrameGpu,
  aFrameSystem,
  type FrameOptions,
  FRAME_CACHE_ID,
  FRAME_ENGINE_ID,
  FRAME_GPU_UUID,
} from '@app/testing/analysis';
import { sampleSignals } from './signal-samples.js';

const OTHER_GPU = 'GPU-99999999-2222-3333-4444-555555555555';
const OTHER_ENGINE = 'http://127.0.0.1:8001';
const REACH: EffectReach = { gpus: [FRAME_GPU_UUID], engines: [FRAME_ENGINE_ID], caches: [], host: 'local' };

function watch(signal: string, across: WatchedSignal['across'] = 'max'): WatchedSignal {
  return { signal, role: 'guard', better: 'up', minimumChangeRatio: 0.05, across };
}

function valuesOf(signal: WatchedSignal, reach: Partial<EffectReach>, ...frames: FrameOptions[]): readonly number[] {
  const snapshots = frames.map((options, index) => aFrame(index * 15, options));
  return sampleSignals(snapshots, [signal], { ...REACH, ...reach })[0]?.values ?? [];
}

function quantiles(p95Seconds: number | null) {
  return { p50Seconds: null, p95Seconds, p99Seconds: null, meanSeconds: null, count: null };
}

const gpu = (smMhz: number | null, uuid: string | null = FRAME_GPU_UUID) => aFrameGpu({ uuid, clocks: { smMhz } });
const engine = (tokens: number | null, id = FRAME_ENGINE_ID) => aFrameEngine({ id, generationTokensPerSecond: tokens });

describe('sampleSignals', () => {
  it('has one value per snapshot, oldest first, whatever order they come in', () => {
    const snapshots = [30, 0, 15].map((second) => aFrame(second, { gpus: [gpu(900 + second)] }));
    expect(sampleSignals(snapshots, [watch('gpus.clocks.smMhz')], REACH)).toEqual([
      { ...watch('gpus.clocks.smMhz'), values: [900, 915, 930], samples: 3 },
    ]);
  });

  it.each([
    ['max', 1980],
    ['min', 900],
    ['sum', 2880],
    ['mean', 1440],
  ] as const)('makes one value of several subjects: %s', (across, expected) => {
    const reach = { gpus: [FRAME_GPU_UUID, OTHER_GPU] };
    const frame = { gpus: [gpu(900), gpu(1980, OTHER_GPU), gpu(1, 'GPU-elsewhere')] };
    expect(valuesOf(watch('gpus.clocks.smMhz', across), reach, frame)).toEqual([expected]);
  });

  it('knows a GPU by its bus id too', () => {
    const byAddress = { gpus: ['0000:3b:00'] };
    expect(valuesOf(watch('gpus.clocks.smMhz'), byAddress, { gpus: [gpu(900)] }, { gpus: [gpu(910, null)] })).toEqual([
      900, 910,
    ]);
  });

  it('reads flags as 0 and 1, and texts not at all', () => {
    const frames = [true, false].map((up) => ({ engines: [aFrameEngine({ up })] }));
    expect(valuesOf(watch('engines.up', 'min'), {}, ...frames)).toEqual([1, 0]);
    expect(valuesOf(watch('engines.model'), {}, ...frames)).toEqual([]);
  });

  it('takes the host by its target, and what there are several of on it together', () => {
    const disk = { filesystem: 'ext4', totalBytes: 10, totalInodes: null, freeInodes: null };
    const disks = [
      { ...disk, mount: '/', freeBytes: 3 },
      { ...disk, mount: '/var', freeBytes: 5 },
    ];
    const frame = { system: aFrameSystem({ disks }) };
    expect(valuesOf(watch('system.disks.freeBytes', 'min'), {}, frame)).toEqual([3]);
    expect(valuesOf(watch('system.disks.freeBytes', 'min'), { host: 'elsewhere' }, frame)).toEqual([]);
  });

  it('reads caches', () => {
    const frame = { caches: [aFrameCache({ hitRatio: 0.4 })] };
    expect(valuesOf(watch('caches.hitRatio'), { caches: [FRAME_CACHE_ID] }, frame)).toEqual([0.4]);
  });

  it.each(['absent', 'failed', 'denied', 'timeout', 'stale'] as const)(
    'has no value of a section that is %s',
    (status) => {
      const frame = { gpus: [gpu(900)], sections: { gpu: { status } } };
      expect(valuesOf(watch('gpus.clocks.smMhz'), {}, frame, { gpus: [gpu(910)] })).toEqual([910]);
    },
  );

  it('uses what a section has in part', () => {
    expect(
      valuesOf(watch('gpus.clocks.smMhz'), {}, { gpus: [gpu(900)], sections: { gpu: { status: 'partial' } } }),
    ).toEqual([900]);
  });

  const PAIR = { gpus: [FRAME_GPU_UUID, OTHER_GPU], engines: [FRAME_ENGINE_ID, OTHER_ENGINE] };
  it.each<[string, WatchedSignal, FrameOptions]>([
    ['a GPU is gone', watch('gpus.clocks.smMhz', 'min'), { gpus: [gpu(1980)] }],
    ['a GPU does not tell', watch('gpus.clocks.smMhz'), { gpus: [gpu(1980), gpu(null, OTHER_GPU)] }],
    ['an engine is gone', watch('engines.generationTokensPerSecond'), { engines: [engine(7)] }],
    [
      'an engine does not answer',
      watch('engines.ttft.p95Seconds'),
      {
        engines: [
          aFrameEngine({ ttft: quantiles(0.5) }),
          aFrameEngine({ id: OTHER_ENGINE, up: false, ttft: quantiles(null) }),
        ],
      },
    ],
    [
      'a part of a sum is not known',
      watch('engines.generationTokensPerSecond', 'sum'),
      { engines: [engine(7), engine(null, OTHER_ENGINE)] },
    ],
  ])('has no value while %s: the rest would pass for a change', (_, signal, frame) => {
    expect(valuesOf(signal, PAIR, frame)).toEqual([]);
  });

  it('has no value of a quantile when nothing was requested, and one when another engine had requests', () => {
    const idle = aFrameEngine({ id: OTHER_ENGINE, ttft: quantiles(null) });
    const busy = aFrameEngine({ ttft: quantiles(0.4) });
    expect(valuesOf(watch('engines.ttft.p95Seconds'), { engines: [OTHER_ENGINE] }, { engines: [idle] })).toEqual([]);
    expect(valuesOf(watch('engines.ttft.p95Seconds'), PAIR, { engines: [idle, busy] })).toEqual([0.4]);
  });

  it('has no value without a subject in reach, of an event, or of what is no signal', () => {
    const frame: FrameOptions = { gpus: [gpu(900)] };
    expect(valuesOf(watch('gpus.clocks.smMhz'), { gpus: [] }, frame)).toEqual([]);
    expect(valuesOf(watch('events.code'), {}, frame)).toEqual([]);
    expect(valuesOf(watch('gpus.clocks.none'), {}, frame)).toEqual([]);
  });

  it('does not depend on the order of subjects', () => {
    const reach = { gpus: [FRAME_GPU_UUID, OTHER_GPU, 'GPU-c'] };
    const gpus = [gpu(0.1), gpu(0.7, OTHER_GPU), gpu(1e9 + 0.3, 'GPU-c')];
    const orders: Snapshot['gpus'][] = [gpus, [...gpus].reverse()];
    const [one, other] = orders.map((order) => valuesOf(watch('gpus.clocks.smMhz', 'sum'), reach, { gpus: order }));
    expect(one).toEqual(other);
  });
});
