import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aMachineView, anEngineView, StillHost } from '../machine-view.builder.js';
import { EngineServer } from './engine-server.js';

describe('the HTTP server of an engine', () => {
  let host: StillHost;
  let server: EngineServer;
  beforeEach(async () => {
    host = new StillHost();
    server = new EngineServer(host, 0, { hasDevEndpoints: true, cacheFacts: () => null });
    await server.start();
  });
  afterEach(() => server.stop());

  async function ask(method: string, path: string): Promise<unknown[]> {
    const response = await fetch(`${server.url}${path}`, { method });
    const text = await response.text();
    return text.startsWith('{') ? [response.status, JSON.parse(text)] : [response.status, text];
  }

  it('tells that it lives, its version and its model', async () => {
    expect(await ask('GET', '/health')).toEqual([200, '']);
    expect(await ask('GET', '/version')).toEqual([200, { version: '0.22.1' }]);
    expect(await ask('GET', '/v1/models')).toMatchObject([
      200,
      { object: 'list', data: [{ id: 'meta-llama/Llama-3.1-8B-Instruct', max_model_len: 32_768 }] },
    ]);
  });

  it('tells of paths and methods that it does not have as FastAPI does', async () => {
    expect(await ask('GET', '/nothing')).toEqual([404, { detail: 'Not Found' }]);
    expect(await ask('POST', '/health')).toEqual([405, { detail: 'Method Not Allowed' }]);
  });

  it.each([
    ['/sleep?level=1', { kind: 'engine-sleep', engine: 0, level: 1 }, ''],
    ['/wake_up', { kind: 'engine-wake', engine: 0 }, ''],
    ['/pause?mode=wait', { kind: 'engine-pause', engine: 0 }, { status: 'paused' }],
    ['/resume', { kind: 'engine-resume', engine: 0 }, { status: 'resumed' }],
    ['/reset_prefix_cache', { kind: 'engine-reset-prefix-cache', engine: 0 }, { success: true }],
  ])('hands on POST %s', async (path, command, body) => {
    expect(await ask('POST', path)).toEqual([200, body]);
    expect(host.commands).toEqual([command]);
  });

  it('answers 500 to what fails, and 200 to a prefix cache that was not reset', async () => {
    host.outcome = { kind: 'failed', reason: 'blocks are in use' };
    expect(await ask('POST', '/sleep')).toEqual([500, { error: 'blocks are in use' }]);
    expect(await ask('POST', '/reset_prefix_cache')).toEqual([200, { success: false }]);
  });

  it('tells whether the engine sleeps or is paused', async () => {
    host.current = aMachineView({ engines: [anEngineView({ isAsleep: true, isPaused: true })] });
    expect(await ask('GET', '/is_sleeping')).toEqual([200, { is_sleeping: true }]);
    expect(await ask('GET', '/is_paused')).toEqual([200, { is_paused: true }]);
  });

  it('has no admin endpoints outside development mode', async () => {
    const plain = new EngineServer(host, 0, { hasDevEndpoints: false, cacheFacts: () => null });
    await plain.start();
    const { status } = await fetch(`${plain.url}/is_sleeping`);
    await plain.stop();
    expect(status).toBe(404);
  });
});
