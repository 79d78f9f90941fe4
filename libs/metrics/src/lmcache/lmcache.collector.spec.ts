import { afterEach, describe, expect, it } from '@jest/globals';
import { Settings, type SettingsValues } from '@app/config';
import { SystemClock } from '@app/core';
import {
  anEmptyLmcacheMpPage,
  anLmcacheMpPage,
  anLmcachePage,
  aVllmPage,
  FAKE_LMCACHE_CAPACITY_BYTES,
  FAKE_LMCACHE_CHUNK_SIZE,
  FAKE_LMCACHE_SECRET,
  fakeLmcache,
  type FakeLmcache,
  type FakeLmcacheMode,
  fakeVllm,
} from '@app/testing/metrics';
import { LmcacheCollector } from './lmcache.collector.js';

const TIMEOUT_MS = 2_000;
const running: { stop(): Promise<void> }[] = [];

async function aServer(generation: 'in-process' | 'mp', page: string, mode: FakeLmcacheMode = 'ok') {
  const server = await fakeLmcache(generation, page);
  server.mode = mode;
  running.push(server);
  return server;
}

function collectorOf(urls: readonly string[], nowMs: () => number = () => performance.now()): LmcacheCollector {
  const settings = new Settings({ sources: { lmcacheUrls: urls } } as unknown as SettingsValues);
  return new LmcacheCollector(settings, new SystemClock(), nowMs);
}

const pathsOf = ({ requests }: FakeLmcache): string[] => requests.map(({ path }) => path.replace(/\?.*/, ''));

describe('LmcacheCollector', () => {
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });

  it('is absent when no address is configured', async () => {
    const reading = await collectorOf([]).collect(TIMEOUT_MS);

    expect(reading.section).toMatchObject({ status: 'absent', detail: 'no LMCACHE_URLS configured' });
    expect(reading.gaps).toHaveLength(1);
  });

  it.each(['in-process', 'mp'] as const)('reads page, health, version and configuration of %s', async (generation) => {
    const server = await aServer(generation, generation === 'mp' ? anLmcacheMpPage() : anLmcachePage());
    const reading = await collectorOf([server.url]).collect(TIMEOUT_MS);

    expect(reading.section).toMatchObject({ status: 'ok', source: `${server.url}/metrics`, detail: null });
    expect(reading.caches).toMatchObject([
      {
        id: server.url,
        mode: generation,
        healthy: true,
        version: '0.3.9',
        engineId: null,
        chunkSizeTokens: FAKE_LMCACHE_CHUNK_SIZE,
        capacityBytes: FAKE_LMCACHE_CAPACITY_BYTES,
      },
    ]);
  });

  it('keeps nothing of a configuration but what it needs', async () => {
    const servers = [await aServer('in-process', anLmcachePage()), await aServer('mp', anLmcacheMpPage())];
    const reading = await collectorOf(servers.map(({ url }) => url)).collect(TIMEOUT_MS);

    expect(reading.caches).toHaveLength(2);
    expect(JSON.stringify(reading)).not.toContain(FAKE_LMCACHE_SECRET);
  });

  it('reads and does nothing else, whatever answers', async () => {
    const allowed = new Set([
      ...['/metrics', '/healthcheck', '/api/healthcheck', '/periodic-threads-health'],
      ...['/status', '/api/status', '/conf', '/version', '/lmc_version'],
    ]);
    const modes = ['ok', 'unhealthy', 'legacy', 'no-metrics', '503', '403', 'huge', 'redirect'] as const;
    const servers = await Promise.all(
      modes.flatMap((mode) => [
        aServer('in-process', anLmcachePage(), mode),
        aServer('mp', anLmcacheMpPage(), mode),
        aServer('mp', anEmptyLmcacheMpPage(), mode),
      ]),
    );
    for (const server of servers) server.version = null;
    let nowMs = 0;
    const collector = collectorOf(
      servers.map(({ url }) => url),
      () => nowMs,
    );
    await collector.collect(TIMEOUT_MS);
    nowMs = 61_000;
    await collector.collect(TIMEOUT_MS);

    const requests = servers.flatMap((server) => server.requests);
    expect(new Set(requests.map(({ method }) => method))).toEqual(new Set(['GET']));
    expect(new Set(servers.flatMap(pathsOf))).toEqual(allowed);
    for (const { path } of requests.filter((request) => request.path.includes('?'))) {
      expect(path).toBe('/conf?names=chunk_size,max_local_cpu_size');
    }
  });

  it('asks for what seldom changes once a minute, and for health every time', async () => {
    let nowMs = 0;
    const server = await aServer('mp', anLmcacheMpPage());
    const collector = collectorOf([server.url], () => nowMs);
    for (const at of [0, 10_000, 59_000, 60_000]) {
      nowMs = at;
      await collector.collect(TIMEOUT_MS);
    }

    const times = (path: string): number => pathsOf(server).filter((each) => each === path).length;
    expect(['/metrics', '/healthcheck', '/status', '/conf', '/lmc_version'].map(times)).toEqual([4, 4, 2, 2, 2]);
  });

  it('looks for a health path once a minute where there is none', async () => {
    let nowMs = 0;
    const engine = await fakeVllm(aVllmPage() + anLmcachePage());
    running.push(engine);
    const collector = collectorOf([engine.url], () => nowMs);
    for (const at of [0, 10_000, 61_000]) {
      nowMs = at;
      expect((await collector.collect(TIMEOUT_MS)).caches).toHaveLength(1);
    }

    expect(engine.requests.filter((path) => path === '/periodic-threads-health')).toHaveLength(2);
  });

  it('measures between two samples', async () => {
    let nowMs = 0;
    const server = await aServer('mp', anLmcacheMpPage({ lookups: { '': { requested: 100, hit: 0 } } }));
    const collector = collectorOf([server.url], () => nowMs);
    await collector.collect(TIMEOUT_MS);
    nowMs = 10_000;
    server.page = anLmcacheMpPage({ lookups: { '': { requested: 200, hit: 80 } } });

    expect((await collector.collect(TIMEOUT_MS)).caches[0]?.hitRatio).toBe(0.8);
  });

  it('takes an empty page of an MP server for one that was not used yet', async () => {
    const server = await aServer('mp', anEmptyLmcacheMpPage());
    const reading = await collectorOf([server.url]).collect(TIMEOUT_MS);

    expect(reading.section.status).toBe('ok');
    expect(reading.caches).toMatchObject([{ mode: 'mp', healthy: true, hitRatio: null, usedBytes: null }]);
    expect(reading.gaps.find(({ signal }) => signal === 'caches.hitRatio')?.reason).toContain('before the first store');
  });

  it('finds the paths of older MP servers, and remembers them', async () => {
    const server = await aServer('mp', anEmptyLmcacheMpPage(), 'legacy');
    const collector = collectorOf([server.url]);
    const reading = await collector.collect(TIMEOUT_MS);
    await collector.collect(TIMEOUT_MS);

    expect(reading.caches).toMatchObject([{ mode: 'mp', healthy: true, chunkSizeTokens: FAKE_LMCACHE_CHUNK_SIZE }]);
    expect(pathsOf(server).filter((path) => path === '/healthcheck')).toHaveLength(1);
    expect(pathsOf(server).filter((path) => path === '/api/healthcheck')).toHaveLength(2);
  });

  it.each([
    ['in-process', 'answers 200 and says otherwise', anLmcachePage()],
    ['mp', 'answers 503 and has an empty page', anEmptyLmcacheMpPage()],
  ] as const)('is unhealthy when the check of %s %s', async (generation, _, page) => {
    const server = await aServer(generation, page, 'unhealthy');
    const reading = await collectorOf([server.url]).collect(TIMEOUT_MS);

    expect(reading.section.status).toBe('ok');
    expect(reading.caches).toMatchObject([{ mode: generation, healthy: false }]);
  });

  it('is unhealthy when a part of the MP server is, though its check is fine', async () => {
    const server = await aServer('mp', anLmcacheMpPage());
    server.partsHealthy = false;

    expect((await collectorOf([server.url]).collect(TIMEOUT_MS)).caches[0]?.healthy).toBe(false);
  });

  it('reads in part a server that is well and has no page', async () => {
    const server = await aServer('mp', '', 'no-metrics');
    const reading = await collectorOf([server.url]).collect(TIMEOUT_MS);

    expect(reading.section).toMatchObject({ status: 'partial', detail: expect.stringContaining('HTTP status 404') });
    expect(reading.caches).toMatchObject([{ mode: 'mp', healthy: true, hitRatio: null }]);
  });

  it('takes 503 on every path for an MP server that says that it is ill', async () => {
    const server = await aServer('mp', '', '503');
    const reading = await collectorOf([server.url]).collect(TIMEOUT_MS);

    expect(reading.section).toMatchObject({ status: 'partial', detail: expect.stringContaining('HTTP status 503') });
    expect(reading.caches).toMatchObject([{ healthy: false }]);
  });

  it.each<[FakeLmcacheMode, string, RegExp]>([
    ['403', 'denied', /HTTP status 403/],
    ['redirect', 'failed', /could not be read/],
  ])('has no caches of a server that answers %s', async (mode, status, detail) => {
    const server = await aServer('mp', anLmcacheMpPage(), mode);
    const reading = await collectorOf([server.url]).collect(TIMEOUT_MS);

    expect(reading.section).toMatchObject({ status, detail: expect.stringMatching(detail) });
    expect(reading.caches).toEqual([]);
  });

  it('stops reading a page without end', async () => {
    const server = await aServer('in-process', anLmcachePage(), 'huge');
    const reading = await collectorOf([server.url]).collect(TIMEOUT_MS);

    expect(reading.section.detail).toMatch(/more than \d+ bytes/);
    expect(reading.caches).toMatchObject([{ healthy: true, hitRatio: null }]);
  });

  it('keeps its deadline when a server hangs, and reads the others', async () => {
    const hanging = await aServer('mp', '', 'hang');
    const well = await aServer('mp', anLmcacheMpPage());
    const startedAt = performance.now();
    const reading = await collectorOf([hanging.url, well.url]).collect(300);

    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(reading.section.status).toBe('partial');
    expect(reading.caches.map(({ id }) => id)).toEqual([well.url]);
    expect(reading.gaps[0]).toMatchObject({ signal: 'caches', status: 'timeout' });
  });

  it('fails for an address where nobody listens, and for one that is something else', async () => {
    const gone = await aServer('mp', '');
    await gone.stop();
    const engine = await fakeVllm(aVllmPage());
    running.push(engine);

    expect((await collectorOf([gone.url]).collect(TIMEOUT_MS)).section).toMatchObject({ status: 'failed' });
    expect((await collectorOf([engine.url]).collect(TIMEOUT_MS)).section).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('is no LMCache'),
    });
  });

  it('sends credentials of an URL with every request and shows them nowhere', async () => {
    const server = await aServer('mp', anLmcacheMpPage());
    const reading = await collectorOf([server.url.replace('://', '://user:hidden@')]).collect(TIMEOUT_MS);

    const expected = `Basic ${Buffer.from('user:hidden').toString('base64')}`;
    expect(new Set(server.authorizations)).toEqual(new Set([expected]));
    expect(JSON.stringify(reading)).not.toContain('hidden');
  });
});
