import { afterEach, describe, expect, it } from '@jest/globals';
import { Settings, type SettingsValues } from '@app/config';
import { SystemClock } from '@app/core';
import { anSglangPage, aVllmPage, fakeVllm, type FakeVllm, type FakeVllmMode } from '@app/testing/metrics';
import { EngineCollector } from './engine.collector.js';

const TIMEOUT_MS = 2_000;
const running: FakeVllm[] = [];

async function anEngineServer(page = aVllmPage()): Promise<FakeVllm> {
  const server = await fakeVllm(page);
  running.push(server);
  return server;
}

function collectorOf(urls: readonly string[], nowMs: () => number = () => performance.now()): EngineCollector {
  const settings = new Settings({ sources: { engineUrls: urls } } as unknown as SettingsValues);
  return new EngineCollector(settings, new SystemClock(), nowMs);
}

describe('EngineCollector', () => {
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });

  it('is absent when no engine is configured', async () => {
    const reading = await collectorOf([]).collect(TIMEOUT_MS);

    expect(reading.section).toMatchObject({ status: 'absent', detail: 'no ENGINE_URLS configured' });
    expect(reading.gaps).toHaveLength(1);
  });

  it('reads an engine with its version and says what it can not know', async () => {
    const server = await anEngineServer(aVllmPage({ running: 2 }));
    const reading = await collectorOf([server.url]).collect(TIMEOUT_MS);

    expect(reading.section.status).toBe('ok');
    expect(reading.engines).toMatchObject([
      { id: server.url, url: server.url, up: true, version: '0.11.0', requestsRunning: 2, maxNumSeqs: null },
    ]);
    const signals = reading.gaps.map(({ signal }) => signal);
    expect(signals).toEqual(expect.arrayContaining(['engines.counters.httpRequests', 'engines.promptTokensPerSecond']));
  });

  it('gives rates from the second sample on', async () => {
    let nowMs = 0;
    const server = await anEngineServer(aVllmPage({ generationTokens: 100 }));
    const collector = collectorOf([server.url], () => nowMs);
    await collector.collect(TIMEOUT_MS);
    nowMs = 10_000;
    server.page = aVllmPage({ generationTokens: 600 });

    expect((await collector.collect(TIMEOUT_MS)).engines[0]?.generationTokensPerSecond).toBe(50);
  });

  it('asks for the version once, and again after a restart', async () => {
    const server = await anEngineServer(aVllmPage({ generationTokens: 100 }));
    const collector = collectorOf([server.url]);
    await collector.collect(TIMEOUT_MS);
    await collector.collect(TIMEOUT_MS);
    expect(server.requests.filter((path) => path === '/version')).toHaveLength(1);

    server.page = aVllmPage({ generationTokens: 1 });
    server.version = '0.12.0';
    const { engines, gaps } = await collector.collect(TIMEOUT_MS);

    expect(engines[0]).toMatchObject({ version: '0.12.0', generationTokensPerSecond: null });
    expect(gaps.find(({ signal }) => signal === 'engines.generationTokensPerSecond')?.reason).toContain('restarted');
  });

  it('leaves the version null where there is none, without asking at every sample', async () => {
    const server = await anEngineServer();
    server.version = null;
    const collector = collectorOf([server.url]);
    await collector.collect(TIMEOUT_MS);
    const { engines, gaps, section } = await collector.collect(TIMEOUT_MS);

    expect(engines[0]?.version).toBeNull();
    expect(section.status).toBe('ok');
    expect(gaps.map(({ signal }) => signal)).toContain('engines.version');
    expect(server.requests.filter((path) => path === '/version')).toHaveLength(1);
  });

  it.each([{ fault: 'hang' }, { fault: 'page' }] as const)('reads an engine whose /version has %j', async (version) => {
    const server = await anEngineServer(aVllmPage({ running: 2 }));
    server.version = version;
    const { engines, section } = await collectorOf([server.url]).collect(400);

    expect(section.status).toBe('ok');
    expect(engines).toMatchObject([{ version: null, requestsRunning: 2 }]);
  });

  it.each([
    [200, true],
    [503, false],
    [404, null],
    [500, null],
    ['hang', null],
  ] as const)('takes %s of /health for healthy: %s', async (health, healthy) => {
    const server = await anEngineServer();
    server.health = health;
    const { engines, gaps } = await collectorOf([server.url]).collect(400);

    expect(engines).toMatchObject([{ up: true, healthy }]);
    expect(gaps.some(({ signal }) => signal === 'engines.healthy')).toBe(healthy === null);
  });

  it('reads an SGLang engine', async () => {
    const server = await anEngineServer(anSglangPage({ running: 3 }));
    server.version = null;
    const reading = await collectorOf([server.url]).collect(TIMEOUT_MS);

    expect(reading.section.status).toBe('ok');
    expect(reading.engines).toMatchObject([{ kind: 'sglang', up: true, requestsRunning: 3 }]);
  });

  it('hands over the pages that have series of LMCache too', async () => {
    const text = `${aVllmPage()}lmcache:num_hit_tokens_total{worker_id="0"} 5\n`;
    const [plain, cached] = await Promise.all([anEngineServer(), anEngineServer(text)]);
    const { pages } = await collectorOf([plain.url, cached.url], () => 7).collect(TIMEOUT_MS);

    expect(pages).toEqual([{ url: cached.url, engineId: cached.url, text, atMs: 7 }]);
  });

  it('tells several engines on one page apart', async () => {
    const server = await anEngineServer(aVllmPage({ engines: [{ running: 1 }, { running: 2 }] }));
    const collector = collectorOf([server.url]);

    const ids = [`${server.url}#0`, `${server.url}#1`];
    expect((await collector.collect(TIMEOUT_MS)).engines.map(({ id }) => id)).toEqual(ids);
  });

  it.each<[FakeVllmMode, string, RegExp]>([
    ['500', 'failed', /HTTP status 500/],
    ['403', 'denied', /HTTP status 403/],
    ['redirect', 'failed', /redirect/],
    ['huge', 'failed', /more than 8388608 bytes/],
    ['hang', 'timeout', /did not answer within 300 ms/],
    ['stall', 'timeout', /did not answer within 300 ms/],
  ])('has no engines and a gap when the only one answers with %s', async (mode, status, reason) => {
    const server = await anEngineServer();
    server.mode = mode;
    const timeoutMs = status === 'timeout' ? 300 : TIMEOUT_MS;
    const startedAt = performance.now();
    const reading = await collectorOf([server.url]).collect(timeoutMs);

    expect(performance.now() - startedAt).toBeLessThan(timeoutMs + 1_000);
    expect(reading.section.status).toBe(status);
    expect(reading.engines).toEqual([]);
    expect(reading.gaps).toEqual([{ signal: 'engines', status, reason: expect.stringMatching(reason) }]);
    expect(reading.section.detail).toMatch(reason);
  });

  it('fails when nobody listens', async () => {
    const server = await fakeVllm();
    await server.stop();

    expect((await collectorOf([server.url]).collect(TIMEOUT_MS)).gaps[0]?.reason).toContain('ECONNREFUSED');
  });

  it('lists an engine that hangs as down beside one that answers', async () => {
    const [good, bad] = await Promise.all([anEngineServer(), anEngineServer()]);
    bad.mode = 'hang';
    const reading = await collectorOf([good.url, bad.url]).collect(400);

    expect(reading.section.status).toBe('partial');
    expect(reading.engines.map(({ id, up }) => [id, up])).toEqual([
      [good.url, true],
      [bad.url, false],
    ]);
    expect(reading.engines[1]).toMatchObject({ requestsRunning: null, counters: { promptTokens: null } });
  });

  it('keeps the ids of engines that stop answering', async () => {
    const [good, pair] = await Promise.all([anEngineServer(), anEngineServer(aVllmPage({ engines: [{}, {}] }))]);
    const collector = collectorOf([good.url, pair.url]);
    await collector.collect(TIMEOUT_MS);
    pair.mode = '500';

    const down = (await collector.collect(TIMEOUT_MS)).engines.filter(({ up }) => !up);
    expect(down.map(({ id }) => id)).toEqual([`${pair.url}#0`, `${pair.url}#1`]);
  });

  it('says of a foreign page what it is', async () => {
    const server = await anEngineServer('DCGM_FI_DEV_GPU_UTIL{gpu="0"} 1\n');
    const reading = await collectorOf([server.url]).collect(TIMEOUT_MS);

    expect(reading.section.status).toBe('failed');
    expect(reading.gaps[0]?.reason).toContain('a dcgm-exporter page');
    expect(server.requests).not.toContain('/version');
  });

  it('is partial when lines of the page are unreadable', async () => {
    const server = await anEngineServer(`${aVllmPage({ running: 1 })}vllm:num_requests_running{ broken\n`);
    const reading = await collectorOf([server.url]).collect(TIMEOUT_MS);

    expect(reading.section.status).toBe('partial');
    expect(reading.engines[0]?.requestsRunning).toBe(1);
  });

  it('sends the credentials of a URL and shows them nowhere', async () => {
    const server = await anEngineServer();
    const reading = await collectorOf([server.url.replace('http://', 'http://scraper:s3cret@')]).collect(TIMEOUT_MS);

    expect(server.authorizations[0]).toBe(`Basic ${Buffer.from('scraper:s3cret').toString('base64')}`);
    expect(JSON.stringify(reading)).not.toContain('s3cret');
  });

  it('passes on that a source is simulated', async () => {
    const server = await anEngineServer(aVllmPage({ simulated: true }));

    expect((await collectorOf([server.url]).collect(TIMEOUT_MS)).simulated).toBe(true);
  });
});
