import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * `unhealthy`: the MP server answers its check with 503, the internal API its own with 200 and `healthy: false`;
 * `legacy`: only paths below `/api`; `no-metrics`: everything but the page, as when metrics are pushed.
 */
export type FakeLmcacheMode =
  'ok' | 'unhealthy' | 'legacy' | 'no-metrics' | '503' | '403' | 'hang' | 'huge' | 'redirect';

export interface FakeLmcacheRequest {
  readonly method: string;
  readonly path: string;
}

export interface FakeLmcache {
  /** Base URL of the running server. */
  readonly url: string;
  page: string;
  mode: FakeLmcacheMode;
  /** Null: the version paths are 404. */
  version: string | null;
  /** Of `/status`: whether all parts of an MP server are well. */
  partsHealthy: boolean;
  /** Everything asked for, in order. */
  readonly requests: readonly FakeLmcacheRequest[];
  readonly authorizations: readonly (string | undefined)[];
  stop(): Promise<void>;
}

/** A word of the configuration that must not leave the agent. */
export const FAKE_LMCACHE_SECRET = 'redis-pass-4711';
export const FAKE_LMCACHE_CHUNK_SIZE = 256;
/** Of the local tier of either generation. */
export const FAKE_LMCACHE_CAPACITY_BYTES = 5 * 1024 ** 3;

const HUGE_CHUNK = Buffer.alloc(1024 * 1024, '#');

/** An internal API server or an MP server on a free loopback port, with its page and its faults. */
export async function fakeLmcache(generation: 'in-process' | 'mp', page = ''): Promise<FakeLmcache> {
  const requests: FakeLmcacheRequest[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    requests.push({ method: request.method ?? '', path: request.url ?? '' });
    authorizations.push(request.headers.authorization);
    respond(fake, generation, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeLmcache = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    page,
    mode: 'ok',
    version: '0.3.9',
    partsHealthy: true,
    requests,
    authorizations,
    stop: () => stop(server),
  };
  return fake;
}

type Answer = readonly [status: number, body: unknown];

function respond(
  fake: FakeLmcache,
  generation: 'in-process' | 'mp',
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { mode } = fake;
  if (mode === '503' || mode === '403') return void response.writeHead(Number(mode)).end('no');
  if (mode === 'hang') return;
  if (mode === 'redirect') return void response.writeHead(302, { location: '/elsewhere' }).end();
  const path = new URL(request.url ?? '/', 'http://fake').pathname;
  if (path === '/metrics' && mode !== 'no-metrics') {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    if (mode === 'huge') for (let chunk = 0; chunk < 9; chunk += 1) response.write(HUGE_CHUNK);
    return void response.end(fake.page);
  }
  const [status, body] = (generation === 'mp' ? mpAnswer(fake, path) : internalAnswer(fake, path)) ??
    commonAnswer(fake, path) ?? [404, { detail: 'Not Found' }];
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function commonAnswer({ version }: FakeLmcache, path: string): Answer | null {
  if (version === null) return null;
  if (path === '/lmc_version') return [200, version];
  return path === '/version' ? [200, `${version}-abcdef0`] : null;
}

function internalAnswer({ mode }: FakeLmcache, path: string): Answer | null {
  if (path === '/periodic-threads-health') {
    const healthy = mode !== 'unhealthy';
    return [200, { healthy, unhealthy_count: healthy ? 0 : 1, unhealthy_threads: [] }];
  }
  if (path !== '/conf') return null;
  return [
    200,
    {
      chunk_size: FAKE_LMCACHE_CHUNK_SIZE,
      max_local_cpu_size: FAKE_LMCACHE_CAPACITY_BYTES / 1024 ** 3,
      remote_url: `redis://user:${FAKE_LMCACHE_SECRET}@cache:6379`,
    },
  ];
}

function mpAnswer({ mode, partsHealthy }: FakeLmcache, path: string): Answer | null {
  const isLegacy = mode === 'legacy';
  if (path === (isLegacy ? '/api/healthcheck' : '/healthcheck')) {
    return mode === 'unhealthy'
      ? [503, { status: 'unhealthy', reason: 'engine not initialized' }]
      : [200, { status: 'healthy' }];
  }
  if (path === (isLegacy ? '/api/status' : '/status')) {
    const l1 = { is_healthy: true, memory_used_bytes: 1, memory_total_bytes: 2 };
    return [
      200,
      {
        is_healthy: partsHealthy,
        chunk_size: FAKE_LMCACHE_CHUNK_SIZE,
        storage_manager: { is_healthy: partsHealthy, l1_manager: l1 },
      },
    ];
  }
  if (path !== '/conf') return null;
  return [
    200,
    {
      mp: { chunk_size: FAKE_LMCACHE_CHUNK_SIZE },
      storage_manager: {
        l1_manager_config: { memory_config: { size_in_bytes: FAKE_LMCACHE_CAPACITY_BYTES } },
        l2_adapter_config: { adapters: [{ password: FAKE_LMCACHE_SECRET }] },
      },
    },
  ];
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
