import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer; a text goes out as it stands, anything else as JSON. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly type?: string;
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Null never answers. */
export type Handler = (request: Request) => Promise<Answer | null> | Answer | null;

export const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';

/** An HTTP server on 127.0.0.1 that can be closed and opened again at its port, as a process that ends and starts. */
export class LoopbackServer {
  #server: Server | null = null;
  #port: number;

  constructor(
    private readonly handle: Handler,
    port = 0,
  ) {
    this.#port = port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get isOpen(): boolean {
    return this.#server !== null;
  }

  async open(): Promise<void> {
    if (this.#server !== null) return;
    const server = createServer((request, response) => void this.#serve(request, response));
    this.#server = server;
    server.listen(this.#port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch (error) {
      this.#server = null;
      throw error;
    }
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Connections that wait for an answer break. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // What is sent along decides nothing here, but has to be read.
    request.resume();
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://simulated');
    const answer = await this.#answer({ method: request.method ?? 'GET', path: pathname, query: searchParams });
    if (answer === null || response.destroyed) return;
    const { status, body = '', type } = answer;
    const isText = typeof body === 'string';
    response.writeHead(status, { 'content-type': type ?? (isText ? 'text/plain; charset=utf-8' : 'application/json') });
    response.end(isText ? body : JSON.stringify(body));
  }

  async #answer(request: Request): Promise<Answer | null> {
    try {
      return await this.handle(request);
    } catch (error) {
      return { status: 500, body: { error: error instanceof Error ? error.message : String(error) } };
    }
  }
}

/** FastAPI's answers for a path that it does not have, and for one that it has for another method. */
export const NOT_FOUND: Answer = { status: 404, body: { detail: 'Not Found' } };
export const METHOD_NOT_ALLOWED: Answer = { status: 405, body: { detail: 'Method Not Allowed' } };

type Route = (query: URLSearchParams) => Promise<Answer | null> | Answer | null;
/** `GET /health` and what it does. */
export type Routes = Readonly<Record<string, Route>>;

export function routed(routes: Routes, { method, path, query }: Request): ReturnType<Route> {
  const route = routes[`${method} ${path}`];
  if (route !== undefined) return route(query);
  return Object.keys(routes).some((key) => key.endsWith(` ${path}`)) ? METHOD_NOT_ALLOWED : NOT_FOUND;
}
