import { type Completion, readCompletion } from './completion.js';

/** Far above any answer of four thousand tokens, far below what blocks the event loop. */
export const MAX_ANSWER_BYTES = 256 * 1024;

/**
 * What LangChain is given in place of the body. Of a real one it builds messages for every choice and tool call, which
 * takes as long as the service likes; the answer is read from here instead.
 */
const STAND_IN = '{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":""}}]}';

/** What one attempt did on the wire. */
export class Wire {
  /** The request body, as text. */
  sent: string | null = null;
  /** HTTP status. */
  status: number | null = null;
  /** The body as far as it was read; whole when `isComplete`. */
  received: string | null = null;
  isComplete: boolean = false;
  isTooLarge: boolean = false;
  /** What the service asks to wait before the next attempt, in milliseconds. */
  retryAfterMs: number | null = null;
  /** Null until the body is there, and when it is not JSON. */
  completion: Completion | null = null;

  /** A fetch that follows no redirect, keeps what it saw, and stops reading where an answer can no longer be one. */
  readonly fetch: typeof fetch = async (url, init) => {
    this.sent = typeof init?.body === 'string' ? init.body : '';
    // 'manual', so that a redirect is seen as one; a followed one could carry the prompt to another host.
    const answer = await fetch(url, { ...init, redirect: 'manual' });
    this.status = answer.status;
    this.retryAfterMs = retryAfter(answer.headers.get('retry-after'));
    await this.readBody(answer.body);
    this.completion = readCompletion(this.received ?? '');
    const { status } = answer;
    return new Response(status < 300 ? STAND_IN : '{}', { status, headers: { 'content-type': 'application/json' } });
  };

  private async readBody(body: ReadableStream<Uint8Array> | null): Promise<void> {
    const decoder = new TextDecoder();
    let bytes = 0;
    this.received = '';
    for await (const chunk of body ?? []) {
      const room = MAX_ANSWER_BYTES - bytes;
      bytes += chunk.byteLength;
      this.received += decoder.decode(chunk.subarray(0, room), { stream: true });
      if (bytes > MAX_ANSWER_BYTES) {
        this.isTooLarge = true;
        throw new Error(`answer larger than ${MAX_ANSWER_BYTES} bytes`);
      }
    }
    this.received += decoder.decode();
    this.isComplete = true;
  }
}

/** Seconds or an HTTP date, in milliseconds from now; null when it says nothing. */
function retryAfter(header: string | null): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1000 : null;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}
