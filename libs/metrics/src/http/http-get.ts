import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';

export interface HttpGetOptions {
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export class DeadlineError extends Error {}

/** Engines close an idle connection after 5 s, long before the next sample: one that is kept is mostly found dead. */
const HTTP_AGENT = new http.Agent({ keepAlive: false });
const HTTPS_AGENT = new https.Agent({ keepAlive: false });

/**
 * GETs over a connection of its own, which ends with `use`; the deadline covers that too. A redirect is an answer like
 * any other. Rejects where there is no answer.
 *
 * Not by `fetch`: its streams and signals take most of the CPU time of a read as small as these.
 */
export function httpGet<T>(
  url: string,
  { timeoutMs, headers = {} }: HttpGetOptions,
  use: (answer: IncomingMessage) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const isSecure = /^https:/i.test(url);
    const options = { agent: isSecure ? HTTPS_AGENT : HTTP_AGENT, headers };
    const request = isSecure ? https.request(url, options) : http.request(url, options);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      // Before the tearing down, which fails with reasons of its own.
      reject(error);
      request.destroy();
    };
    const timer = setTimeout(() => fail(new DeadlineError()), Math.max(1, Math.floor(timeoutMs)));
    let isAnswered = false;
    request.once('response', (answer) => {
      isAnswered = true;
      use(answer).then((result) => {
        clearTimeout(timer);
        resolve(result);
        request.destroy();
      }, fail);
    });
    // Not once: a request that was destroyed may fail again.
    request.on('error', fail);
    // A server that switches protocols gives neither an answer nor an error.
    request.once('close', () => isAnswered || fail(new Error('the connection was closed')));
    request.end();
  });
}
