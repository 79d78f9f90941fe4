import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `hang`: takes the request and never answers; `stall`: begins the page and never ends it. */
export type FakeVllmMode = 'ok' | 'hang' | 'stall' | '500' | '403' | 'huge' | 'redirect';

export interface FakeVllm {
  /** Base URL of the running server. */
  readonly url: string;
  page: string;
  mode: FakeVllmMode;
  /** Null: `/version` is 404, as with SGLang; `hang`: it never answers; `page`: it answers with a page of its own. */
  version: string | null | { readonly fault: 'hang' | 'page' };
  /** Status of `/health`, or that it never answers. */
  health: number | 'hang';
  /** Paths asked for, in order. */
  readonly requests: readonly string[];
  readonly authorizations: readonly (string | undefined)[];
  stop(): Promise<void>;
}

const HUGE_CHUNK = Buffer.alloc(1024 * 1024, '#');

/** An engine's server on a free loopback port, with its page (SGLang's too) and its faults. */
export async function fakeVllm(page = ''): Promise<FakeVllm> {
  const requests: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    authorizations.push(request.headers.authorization);
    answer(fake, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeVllm = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    page,
    mode: 'ok',
    version: '0.11.0',
    health: 200,
    requests,
    authorizations,
    stop: () => stop(server),
  };
  return fake;
}

function answer(fake: FakeVllm, request: IncomingMessage, response: ServerResponse): void {
  if (fake.mode !== 'ok') return misbehave(fake.mode, response);
  const json = (status: number, body: unknown): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const { url } = request;
  if (url === '/metrics') {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(fake.page);
  } else if (url === '/version' && fake.version !== null) {
    if (typeof fake.version === 'string') json(200, { version: fake.version });
    else if (fake.version.fault === 'page') response.writeHead(200).end('<html>hello</html>');
  } else if (url === '/health') {
    if (fake.health !== 'hang') response.writeHead(fake.health).end();
  } else {
    json(404, { detail: 'Not Found' });
  }
}

function misbehave(mode: Exclude<FakeVllmMode, 'ok'>, response: ServerResponse): void {
  switch (mode) {
    case 'hang':
      return;
    case 'stall':
      response.writeHead(200).write('vllm:num_requests_running{engine="0"} 1\n');
      return;
    case '500':
    case '403':
      response.writeHead(Number(mode)).end('no');
      return;
    case 'redirect':
      response.writeHead(302, { location: '/elsewhere' }).end();
      return;
    case 'huge':
      response.writeHead(200);
      for (let chunk = 0; chunk < 9; chunk += 1) response.write(HUGE_CHUNK);
      response.end();
  }
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
