import { DeviceUnreadableError, type ExecutionOutput } from '../action.js';
import { type HttpAnswer, type HttpMethod, type HttpResult, sendHttp } from './http-request.js';

/** A call of an endpoint. Method and path are written in the code; values are only ever put into the query or the body. */
export interface EndpointCall {
  readonly method: HttpMethod;
  /** Begins with a slash. */
  readonly path: `/${string}`;
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

interface Endpoint {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
}

const READ_TIMEOUT_MS = 5_000;
const WRITE_TIMEOUT_MS = 30_000;
const QUOTE_LENGTH = 400;

/** Talks to the configured engines or caches, and to nobody else. */
export class HttpExecutor {
  private readonly endpoints: ReadonlyMap<string, Endpoint>;

  constructor(configuredUrls: readonly string[]) {
    this.endpoints = new Map(configuredUrls.map(endpointOf).map((endpoint) => [endpoint.baseUrl, endpoint]));
  }

  /** Base URLs, without credentials, as they stand in ids. */
  get baseUrls(): readonly string[] {
    return [...this.endpoints.keys()];
  }

  has(baseUrl: string): boolean {
    return this.endpoints.has(baseUrl);
  }

  /** Never rejects; an address that is not configured is a failure like a dead one. */
  async send(baseUrl: string, { method, path, query, json, timeoutMs, maxBytes }: EndpointCall): Promise<HttpResult> {
    const endpoint = this.endpoints.get(baseUrl);
    if (endpoint === undefined) return { kind: 'failure', isUnsent: true, reason: 'is not a configured address' };
    const body = json === undefined ? undefined : JSON.stringify(json);
    return sendHttp({
      url: `${endpoint.baseUrl}${path}${queryOf(query)}`,
      method,
      headers: { ...endpoint.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body }),
      timeoutMs: timeoutMs ?? (method === 'GET' ? READ_TIMEOUT_MS : WRITE_TIMEOUT_MS),
      ...(maxBytes === undefined ? {} : { maxBytes }),
    });
  }

  /**
   * What a GET says, as JSON.
   * @throws DeviceUnreadableError for anything but a 200 with JSON
   */
  async read(baseUrl: string, path: `/${string}`): Promise<unknown> {
    const result = await this.send(baseUrl, { method: 'GET', path });
    if (result.kind === 'failure') throw new DeviceUnreadableError(`${baseUrl} ${result.reason}.`);
    if (result.status !== 200) throw new DeviceUnreadableError(`GET ${baseUrl}${path}: ${describeStatus(result)}`);
    try {
      return JSON.parse(result.text) as unknown;
    } catch (error) {
      throw new DeviceUnreadableError(`GET ${baseUrl}${path} answered with no JSON.`, { cause: error });
    }
  }

  /** A call that changes something. Its word counts for nothing until the state is read back. */
  async change(baseUrl: string, call: EndpointCall): Promise<ExecutionOutput> {
    const result = await this.send(baseUrl, call);
    const asked = `${call.method} ${call.path}${queryOf(call.query)}`;
    if (result.kind === 'failure') {
      return { isAccepted: false, isDefinite: result.isUnsent, text: `${asked}: ${baseUrl} ${result.reason}.` };
    }
    const isAccepted = result.status >= 200 && result.status < 300;
    const text = `${asked}: ${describeStatus(result)}`;
    return isAccepted ? { isAccepted, text } : { isAccepted, isDefinite: isRefusal(result.status), text };
  }
}

/** Base URL without credentials, query and trailing slash, as the collectors name engines and caches by it. */
function endpointOf(configuredUrl: string): Endpoint {
  const url = new URL(configuredUrl);
  const baseUrl = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  if (url.username === '' && url.password === '') return { baseUrl, headers: {} };
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { baseUrl, headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } };
}

function queryOf(query: EndpointCall['query']): string {
  const text = new URLSearchParams(query).toString();
  return text === '' ? '' : `?${text}`;
}

/** The other side has said no, and will not do it later. A 5xx, or a time-out of something in between, says less. */
function isRefusal(status: number): boolean {
  return status >= 300 && status < 500 && status !== 408;
}

function describeStatus({ status, text }: HttpAnswer): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  const quote = line.length > QUOTE_LENGTH ? `${line.slice(0, QUOTE_LENGTH)}…` : line;
  const hint =
    status === 404 ? ' The server does not offer this.' : status >= 300 && status < 400 ? ' It redirects.' : '';
  return `HTTP status ${status}.${hint}${quote === '' ? '' : ` It wrote: "${quote}"`}`;
}
