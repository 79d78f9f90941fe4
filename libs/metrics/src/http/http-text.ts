import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { types } from 'node:util';
import { createUnzip } from 'node:zlib';
import type { SectionStatus } from '@app/core';
import { DeadlineError, httpGet, type HttpGetOptions } from './http-get.js';

export type HttpText =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false;
      readonly status: Extract<SectionStatus, 'failed' | 'denied' | 'timeout'>;
      readonly reason: string;
    };

export interface HttpTextOptions extends HttpGetOptions {
  readonly maxBytes: number;
}

class TooLargeError extends Error {}

const REDIRECTS: readonly (number | undefined)[] = [301, 302, 303, 307, 308];
/** Of those that are asked for; `x-gzip` is an old name of the first. */
const ENCODINGS = /^(?:x-)?gzip$|^deflate$/i;

/** GETs a text. Follows no redirect, reads no more than `maxBytes`, and the deadline covers the body too. Never throws. */
export async function fetchText(url: string, options: HttpTextOptions): Promise<HttpText> {
  const headers = {
    accept: 'text/plain, application/json',
    'accept-encoding': 'gzip, deflate',
    ...options.headers,
  };
  try {
    return await httpGet(url, { ...options, headers }, (answer) => readAnswer(answer, options.maxBytes));
  } catch (error) {
    return { ok: false, ...describeFailure(error, options) };
  }
}

async function readAnswer(answer: IncomingMessage, maxBytes: number): Promise<HttpText> {
  const status = answer.statusCode;
  if (REDIRECTS.includes(status)) throw new Error('unexpected redirect');
  if (status !== 200) {
    const isDenied = status === 401 || status === 403;
    return { ok: false, status: isDenied ? 'denied' : 'failed', reason: `answered with HTTP status ${status}` };
  }
  return { ok: true, text: await readBounded(decoded(answer), maxBytes) };
}

/** The body as the server meant it. */
function decoded(answer: IncomingMessage): Readable {
  const encoding = answer.headers['content-encoding']?.trim() ?? '';
  if (encoding === '' || /^identity$/i.test(encoding)) return answer;
  if (!ENCODINGS.test(encoding)) throw new Error(`content encoding ${encoding.slice(0, 32)}`);
  // What goes wrong in either is an error of what comes out.
  return pipeline(answer, createUnzip(), () => undefined);
}

function readBounded(body: Readable, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let read = 0;
    // By events: a loop over the stream costs several times what the reading does.
    body.on('data', (chunk: Buffer) => {
      read += chunk.byteLength;
      if (read <= maxBytes) chunks.push(chunk);
      else body.destroy(new TooLargeError());
    });
    body.once('end', () => resolve(new TextDecoder().decode(Buffer.concat(chunks))));
    body.once('error', reject);
  });
}

function describeFailure(error: unknown, options: HttpTextOptions): { status: 'failed' | 'timeout'; reason: string } {
  if (error instanceof TooLargeError) {
    return { status: 'failed', reason: `answered with more than ${options.maxBytes} bytes` };
  }
  if (error instanceof DeadlineError) {
    return { status: 'timeout', reason: `did not answer within ${Math.round(options.timeoutMs)} ms` };
  }
  if (!types.isNativeError(error)) return { status: 'failed', reason: 'could not be read: unknown error' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  if (code === 'ECONNREFUSED') return { status: 'failed', reason: 'refused the connection (ECONNREFUSED)' };
  return { status: 'failed', reason: `could not be read: ${code ?? error.message}` };
}
