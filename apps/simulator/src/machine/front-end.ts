/** Time of the API server's event loop: for a request, and for each of its prompt tokens and answer tokens (estimates). */
const REQUEST_SECONDS = 0.0008;
const PROMPT_TOKEN_SECONDS = 1 / 250_000;
const STREAMED_TOKEN_SECONDS = 12e-6;
/** Streaming never takes the loop whole: requests still get in. */
const MOST_STREAMING = 0.9;
const RATE_SECONDS = 2;

/** The API server: one event loop that takes requests in, tokenises them and streams answers, one after the other. */
export class FrontEnd {
  #freeAt = 0;
  #streamedPerSecond = 0;
  #busySeconds = 0;

  /** A request comes; returns when the scheduler has it. */
  accept(arrivedAt: number, promptTokens: number, slowdown: number): number {
    const own = (REQUEST_SECONDS + promptTokens * PROMPT_TOKEN_SECONDS) * slowdown;
    const streaming = Math.min(MOST_STREAMING, this.#streamedPerSecond * STREAMED_TOKEN_SECONDS * slowdown);
    this.#freeAt = Math.max(arrivedAt, this.#freeAt) + own / (1 - streaming);
    this.#busySeconds += own / slowdown;
    return this.#freeAt;
  }

  /** Tokens that went to clients in some time. */
  stream(tokens: number, seconds: number): void {
    this.#streamedPerSecond += (tokens / seconds - this.#streamedPerSecond) * (1 - Math.exp(-seconds / RATE_SECONDS));
    this.#busySeconds += tokens * STREAMED_TOKEN_SECONDS;
  }

  /** CPU time since the last call. */
  takeBusySeconds(): number {
    const busy = this.#busySeconds;
    this.#busySeconds = 0;
    return busy;
  }

  restart(now: number): void {
    this.#freeAt = now;
    this.#streamedPerSecond = 0;
  }
}
