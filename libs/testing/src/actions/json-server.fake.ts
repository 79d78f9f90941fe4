import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface FakeReply {
  readonly status?: number;
  /** A text goes out as it stands, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `hang` never answers, `break` closes the connection. */
type Reply = FakeReply | 'hang' | 'break';

/** Replies by `GET /path`, without the query; 404 in FastAPI's words for the rest. */
export type FakeRoutes = Record<string, (request: FakeRequest) => Reply>;

export interface FakeJsonServer {
  readonly url: string;
  readonly routes: FakeRoutes;
  readonly requests: readonly FakeRequest[];
  stop(): Promise<void>;
}

/** A small HTTP API on a free loopback port. */
export async function fakeJsonServer(routes: FakeRoutes): Promise<FakeJsonServer> {
  const requests: FakeRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '/', headers } = request;
      const asked: FakeRequest = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
      requests.push(asked);
      const reply = routes[`${method} ${new URL(url, 'http://fake').pathname}`]?.(asked) ?? {
        status: 404,
        body: { detail: 'Not Found' },
      };
      if (reply === 'hang') return;
      if (reply === 'break') return void response.destroy();
      const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {});
      response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers }).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, routes, requests, stop: () => stop(server) };
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
