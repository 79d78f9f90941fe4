import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aCacheView, aMachineView, StillHost } from '../machine-view.builder.js';
import { CacheServer } from './cache-server.js';

describe("the internal API of an engine's cache", () => {
  let host: StillHost;
  let server: CacheServer;
  beforeEach(async () => {
    host = new StillHost();
    server = new CacheServer(host, 0);
    await server.start();
  });
  afterEach(() => server.stop());

  async function ask(method: string, path: string): Promise<unknown[]> {
    const response = await fetch(`${server.url}${path}`, { method });
    return [response.status, await response.json()];
  }

  it('names its backends and those that are bypassed', async () => {
    host.current = aMachineView({ caches: [aCacheView({ bypassed: ['RemoteBackend'] })] });
    const all = ['LocalCPUBackend', 'RemoteBackend'];
    expect(await ask('GET', '/backends')).toEqual([
      200,
      { LocalCPUBackend: 'LocalCPUBackend', RemoteBackend: 'RemoteBackend' },
    ]);
    expect(await ask('GET', '/bypass/list')).toEqual([
      200,
      { status: 'success', bypassed_backends: ['RemoteBackend'], all_backends: all },
    ]);
  });

  it('bypasses a backend that it has, and says so of one that it has not', async () => {
    expect(await ask('PUT', '/bypass/add?backend_name=RemoteBackend')).toMatchObject([
      200,
      { status: 'success', backend_name: 'RemoteBackend', bypassed: true, was_already_bypassed: false },
    ]);
    expect(await ask('PUT', '/bypass/remove?backend_name=Disk')).toEqual([
      400,
      {
        error: 'Unknown backend',
        message: "Backend 'Disk' not found. Available: ['LocalCPUBackend', 'RemoteBackend']",
      },
    ]);
    expect(await ask('PUT', '/bypass/add')).toMatchObject([400, { message: 'backend_name is required' }]);
    expect(host.commands).toEqual([{ kind: 'cache-bypass', cache: 0, backend: 'RemoteBackend', isBypassed: true }]);
  });

  it('freezes and thaws what is hot', async () => {
    expect(await ask('PUT', '/hot_cache_freeze_mode/enable')).toEqual([
      200,
      {
        status: 'success',
        hot_cache_freeze_mode: true,
        message: 'Hot cache freeze mode enabled successfully',
      },
    ]);
    await ask('PUT', '/hot_cache_freeze_mode/disable');
    expect(host.commands).toEqual([
      { kind: 'cache-freeze', cache: 0, isFrozen: true },
      { kind: 'cache-freeze', cache: 0, isFrozen: false },
    ]);
    expect(await ask('GET', '/hot_cache_freeze_mode/status')).toMatchObject([200, { hot_cache_freeze_mode: false }]);
  });

  it('clears the locations that it is told, and counts what went', async () => {
    host.outcome = { kind: 'done', count: 12 };
    expect(await ask('DELETE', '/cache/clear?locations=LocalCPUBackend')).toEqual([
      200,
      { status: 'success', num_removed: 12, locations: ['LocalCPUBackend'], request_configs: null },
    ]);
    expect(host.commands).toEqual([{ kind: 'cache-clear', cache: 0, locations: ['LocalCPUBackend'] }]);
  });

  it('tells of a failure with status 500', async () => {
    host.outcome = { kind: 'failed', reason: 'no storage manager' };
    expect(await ask('DELETE', '/cache/clear')).toEqual([
      500,
      { error: 'Failed to clear cache', message: 'no storage manager' },
    ]);
  });

  it('tells how its threads are with status 200 whatever it says', async () => {
    expect(await ask('GET', '/periodic-threads-health')).toEqual([
      200,
      { healthy: true, unhealthy_count: 0, unhealthy_threads: [] },
    ]);
    host.current = aMachineView({ caches: [aCacheView({ isHealthy: false })] });
    expect(await ask('GET', '/periodic-threads-health')).toMatchObject([200, { healthy: false, unhealthy_count: 1 }]);
  });

  it('gives away the settings that it is asked for by name', async () => {
    expect(await ask('GET', '/conf?names=chunk_size,max_local_cpu_size')).toEqual([
      200,
      { chunk_size: 256, max_local_cpu_size: 64 },
    ]);
  });
});
