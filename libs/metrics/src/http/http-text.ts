import { types } from 'node:util';
import type { SectionStatus } from '@app/core';

export type HttpText =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false;
      readonly status: Extract<SectionStatus, 'failed' | 'denied' | 'timeout'>;
      readonly reason: string;
    };

export interface HttpTextOptions {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly headers?: Readonly<Record<string, string>>;
}

class TooLargeError extends Error {}

/** GETs a text. Follows no redirect, reads no more than `maxBytes`, and the deadline covers the body too. Never throws. */
export async function fetchText(url: string, options: HttpTextOptions): Promise<HttpText> {
  try {
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(Math.max(1, Math.floor(options.timeoutMs))),
      headers: { accept: 'text/plain, application/json', ...options.headers },
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      const status = response.status === 401 || response.status === 403 ? 'denied' : 'failed';
      return { ok: false, status, reason: `answered with HTTP status ${response.status}` };
    }
    return { ok: true, text: await readBounded(response, options.maxBytes) };
  } catch (error) {
    return { ok: false, ...describeFailure(error, options) };
  }
}

async function readBounded(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let read = 0;
  let text = '';
  // Leaving the loop by an exception cancels the body, and with it the connection.
  for await (const chunk of response.body ?? []) {
    read += chunk.byteLength;
    if (read > maxBytes) throw new TooLargeError();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function describeFailure(error: unknown, options: HttpTextOptions): { status: 'failed' | 'timeout'; reason: string } {
  if (error instanceof TooLargeError) {
    return { status: 'failed', reason: `answered with more than ${options.maxBytes} bytes` };
  }
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return { status: 'timeout', reason: `did not answer within ${Math.round(options.timeoutMs)} ms` };
  }
  // fetch says only "fetch failed"; the reason is its cause.
  const cause = types.isNativeError(error) && types.isNativeError(error.cause) ? error.cause : error;
  if (!types.isNativeError(cause)) return { status: 'failed', reason: 'could not be read: unknown error' };
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : null;
  if (code === 'ECONNREFUSED') return { status: 'failed', reason: 'refused the connection (ECONNREFUSED)' };
  return { status: 'failed', reason: `could not be read: ${code ?? cause.message}` };
}
