import http, { type Agent, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { types } from 'node:util';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HttpRequest {
  readonly url: string;
  readonly method: HttpMethod;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  readonly maxBytes?: number;
  /** Brings certificates and proxies along; without one every request has a connection of its own. */
  readonly agent?: Agent;
}

/** An answer, whatever its status; a redirect is one like any other and is not followed. */
export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export type HttpResult =
  | HttpAnswer
  | {
      readonly kind: 'failure';
      /** Whether it is sure that nothing has reached the other side. */
      readonly isUnsent: boolean;
      readonly reason: string;
    };

const MAX_ANSWER_BYTES = 64 * 1024;
const HTTP_AGENT = new http.Agent({ keepAlive: false });
const HTTPS_AGENT = new https.Agent({ keepAlive: false });
const NOT_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'];

class DeadlineError extends Error {}
class TooLargeError extends Error {}

/** Sends one request and reads a bounded answer; the time limit covers both. Never rejects. */
export async function sendHttp(request: HttpRequest): Promise<HttpResult> {
  try {
    return await exchange(request);
  } catch (error) {
    return describe(error, request);
  }
}

function exchange({ url, method, headers, body, timeoutMs, maxBytes, agent }: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const isSecure = /^https:/i.test(url);
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = {
      method,
      agent: agent ?? (isSecure ? HTTPS_AGENT : HTTP_AGENT),
      headers: { ...headers, ...length },
    };
    const request = isSecure ? https.request(url, options) : http.request(url, options);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
      request.destroy();
    };
    const fail = (error: unknown): void => end(() => reject(error));
    const timer = setTimeout(() => fail(new DeadlineError()), Math.max(1, timeoutMs));
    let isAnswered = false;
    request.once('response', (answer) => {
      isAnswered = true;
      readBounded(answer, maxBytes ?? MAX_ANSWER_BYTES).then(
        (text) => end(() => resolve({ kind: 'answer', status: answer.statusCode ?? 0, headers: answer.headers, text })),
        fail,
      );
    });
    // Not once: a request that was destroyed may fail again.
    request.on('error', fail);
    request.once('close', () => isAnswered || fail(new Error('the connection was closed')));
    request.end(body);
  });
}

function readBounded(answer: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let read = 0;
    answer.on('data', (chunk: Buffer) => {
      read += chunk.byteLength;
      if (read <= maxBytes) chunks.push(chunk);
      else answer.destroy(new TooLargeError());
    });
    answer.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    answer.once('error', reject);
    answer.once('aborted', () => reject(new Error('the connection was closed')));
  });
}

function describe(error: unknown, { timeoutMs, maxBytes }: HttpRequest): HttpResult {
  const failure = (reason: string, isUnsent = false): HttpResult => ({ kind: 'failure', isUnsent, reason });
  if (error instanceof DeadlineError) return failure(`did not answer within ${timeoutMs} ms`);
  if (error instanceof TooLargeError) return failure(`answered with more than ${maxBytes ?? MAX_ANSWER_BYTES} bytes`);
  // Not by `instanceof`, which fails for errors that come from outside the context that a test runs in.
  if (!types.isNativeError(error)) return failure('could not be reached: unknown error');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return failure(`could not be reached (${code ?? error.message})`, code !== null && NOT_SENT.includes(code));
}
