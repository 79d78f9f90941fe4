import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Settings, type SettingsValues } from '@app/config';
import { Clock, type Section, type Snapshot } from '@app/core';
import { aFrameGpu } from '@app/testing/analysis';
import { anEngine, aSnapshot, aSystem } from '@app/testing/metrics';
import { NO_PLACES } from '../system/index.js';
import { MetricsService } from './metrics.service.js';
import { type SourceReadings, unreadSource } from './snapshot-assembly.js';
import type { CollectedReadings, Collector, Collectors } from './source-reader.js';

class TurnedClock extends Clock {
  ms = Date.parse('2026-03-01T12:00:00.000Z');
  now(): number {
    return this.ms;
  }
}

type Collect<K extends keyof Collectors> = jest.Mock<Collector<CollectedReadings[K]>['collect']>;

const SECTION: Section = { status: 'ok', source: 's', collectedAt: null, durationMs: 1, detail: null };

const AN_LMCACHE_PAGE = 'lmcache:num_lookup_tokens_total{model_name="m",worker_id="0"} 10.0\n';

function setUp(past: readonly Snapshot[] = []) {
  const clock = new TurnedClock();
  const settings = new Settings({
    sampling: { intervalMs: 1000, timeoutMs: 100 },
  } as unknown as SettingsValues);
  const read = () => ({ section: { ...SECTION, collectedAt: clock.isoNow() }, gaps: [], simulated: false });
  const gpu: Collect<'gpu'> = jest.fn(async () => ({ ...read(), gpus: [aFrameGpu()] }));
  const system: Collect<'system'> = jest.fn(async () => ({ ...read(), system: aSystem(), ...NO_PLACES }));
  const engines: Collect<'engines'> = jest.fn(async () => ({ ...read(), engines: [anEngine()], pages: [] }));
  const close = jest.fn(async () => undefined);
  const lmcache: Collect<'lmcache'> = jest.fn(async () => ({
    ...unreadSource('lmcache', 'absent', 'no LMCACHE_URLS configured', clock.isoNow()),
    caches: [],
  }));
  const kernelLog: Collect<'kernelLog'> = jest.fn(async () => ({ ...read(), events: [] }));
  const collectors = {
    gpu: { collect: gpu, close },
    system: { collect: system },
    engines: { collect: engines },
    lmcache: { collect: lmcache },
    kernelLog: { collect: kernelLog },
  };
  const added: Snapshot[] = [];
  const history = { add: (snapshot: Snapshot) => void added.push(snapshot), recentFrames: async () => past };
  const record = jest.fn();
  const service = new MetricsService({ collectors, settings, clock, history, cost: { record } });
  return { service, clock, gpu, system, engines, close, added, record };
}

describe('MetricsService', () => {
  const logged = jest.spyOn(Logger.prototype, 'error');

  beforeEach(() => {
    logged.mockReset().mockImplementation(() => undefined);
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
  });

  afterEach(() => void jest.useRealTimers());

  it('puts all sources into one snapshot', async () => {
    const { service } = setUp();
    const snapshot = await service.collect('local');

    expect(snapshot).toMatchObject({
      target: 'local',
      collectedAt: '2026-03-01T12:00:00.000Z',
      caches: [],
      events: [],
    });
    expect([snapshot.gpus.length, snapshot.engines.length, snapshot.system]).toEqual([1, 1, aSystem()]);
    expect(snapshot.sections.lmcache.detail).toMatch(/^no LMCACHE_URLS configured/);
    expect(snapshot.sections.kernelLog.status).toBe('ok');
  });

  it('finds a cache on the page of an engine', async () => {
    const { service, engines } = setUp();
    const page = { url: 'http://e', engineId: 'http://e', text: AN_LMCACHE_PAGE, atMs: 1 };
    const answer = await engines(1);
    engines.mockImplementation(async () => ({ ...answer, pages: [page] }));

    const { caches, sections } = await service.collect('local');
    expect(caches).toMatchObject([{ id: 'http://e/lmcache', engineId: 'http://e', mode: 'in-process' }]);
    expect(sections.lmcache.status).toBe('ok');
  });

  it('hands every sample to the history and accounts for every source', async () => {
    const { service, added, record } = setUp();
    const snapshot = await service.collect('local');

    expect(added).toEqual([snapshot]);
    expect(record.mock.calls.map(([source]) => source)).toEqual(['gpu', 'system', 'engines', 'lmcache', 'kernelLog']);
    expect(record).toHaveBeenCalledWith('gpu', { status: 'ok', durationMs: 1 });
  });

  it('goes on from what was stored before a restart', async () => {
    const past = [aSnapshot({ collectedAt: '2026-03-01T11:55:00.000Z' })];
    const { service } = setUp(past);
    service.onApplicationBootstrap();
    await service.collect('local');

    expect(service.window('local')[0]).toBe(past[0]);
    service.onModuleDestroy();
  });

  it('joins a collection in flight and samples anew after it', async () => {
    const { service, gpu } = setUp();
    const [first, second] = await Promise.all([service.collect('local'), service.collect('local')]);

    expect(second).toBe(first);
    expect(gpu).toHaveBeenCalledTimes(1);
    expect(await service.collect('local')).not.toBe(first);
    expect(gpu).toHaveBeenCalledTimes(2);
  });

  it('keeps the deadline when a source hangs, and never has two readings of it under way', async () => {
    const { service, gpu } = setUp();
    const answer = await gpu(1);
    let finish: (reading: SourceReadings['gpu']) => void = () => undefined;
    gpu.mockReset().mockImplementation(() => new Promise((resolve) => (finish = resolve)));
    const snapshot = await service.collect('local');

    expect(snapshot.sections.gpu).toMatchObject({ status: 'timeout', detail: 'no answer within 100 ms' });
    expect(snapshot.gpus).toEqual([]);
    expect(snapshot.gaps).toContainEqual({ signal: 'gpus', status: 'timeout', reason: 'no answer within 100 ms' });
    expect(snapshot.sections.system.status).toBe('ok');

    await service.collect('local');
    expect(gpu).toHaveBeenCalledTimes(1);
    const joined = service.collect('local');
    finish(answer);
    expect((await joined).sections.gpu.status).toBe('ok');
  });

  it('gives a source a little less than the deadline, so that it can say more than timeout', async () => {
    const { service, gpu } = setUp();
    await service.collect('local');

    expect(gpu).toHaveBeenCalledWith(90);
  });

  it.each([
    ['rejects', async () => Promise.reject(new TypeError('a fault of ours'))],
    [
      'throws at once',
      () => {
        throw new TypeError('a fault of ours');
      },
    ],
  ])('turns a collector that %s into a failed section and a logged error', async (_, fault) => {
    const { service, system } = setUp();
    system.mockImplementation(fault);
    const snapshot = await service.collect('local');

    expect(snapshot.sections.system).toMatchObject({ status: 'failed' });
    expect(snapshot.system).toBeNull();
    expect(snapshot.gaps.find(({ signal }) => signal === 'system')?.reason).toContain('a fault of ours');
    expect(logged).toHaveBeenCalledTimes(1);
    expect(snapshot.sections.gpu.status).toBe('ok');
  });

  it('answers plain reads from the last sample and marks it stale after three intervals', async () => {
    const { service, clock, gpu } = setUp();
    expect(service.latest('local')).toBeNull();
    expect(service.lastCollectionAt()).toBeNull();
    const snapshot = await service.collect('local');
    clock.ms += 3000;
    expect(service.latest('local')).toBe(snapshot);

    clock.ms += 1;
    expect(service.latest('local')?.sections.gpu.status).toBe('stale');
    expect(service.latest('local')?.gpus).toEqual(snapshot.gpus);
    expect(service.window('local')).toEqual([snapshot]);
    expect(service.lastCollectionAt()).toBe(snapshot.collectedAt);
    expect(gpu).toHaveBeenCalledTimes(1);
  });

  it('knows only its own machine', async () => {
    const { service } = setUp();
    await service.collect('local');

    await expect(service.collect('elsewhere')).rejects.toMatchObject({ code: 'target_not_found' });
    expect(service.latest('elsewhere')).toBeNull();
    expect(service.window('elsewhere')).toEqual([]);
  });

  it('samples in the background from start to shutdown and closes the collectors last', async () => {
    jest.useFakeTimers();
    const { service, gpu, close } = setUp();
    expect(service.isSampling()).toBe(false);
    service.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(2500);
    expect(gpu).toHaveBeenCalledTimes(3);
    expect(service.isSampling()).toBe(true);

    service.onModuleDestroy();
    await jest.advanceTimersByTimeAsync(5000);
    expect(gpu).toHaveBeenCalledTimes(3);
    expect(service.isSampling()).toBe(false);
    expect(close).not.toHaveBeenCalled();
    await service.onApplicationShutdown();
    expect(close).toHaveBeenCalledTimes(1);
  });
});
