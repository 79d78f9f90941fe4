import type { EngineRequest } from './request.js';

/** First come, first served; preempted requests come back to the front. */
export class WaitingQueue {
  #requests: EngineRequest[] = [];
  #head = 0;

  get length(): number {
    return this.#requests.length - this.#head;
  }

  get first(): EngineRequest | undefined {
    return this.#requests[this.#head];
  }

  push(request: EngineRequest): void {
    this.#requests.push(request);
  }

  putFirst(request: EngineRequest): void {
    if (this.#head > 0) {
      this.#head -= 1;
      this.#requests[this.#head] = request;
    } else this.#requests.unshift(request);
  }

  shift(): void {
    this.#head += 1;
    if (this.#head < 1024 || this.#head * 2 < this.#requests.length) return;
    this.#requests = this.#requests.slice(this.#head);
    this.#head = 0;
  }

  clear(): void {
    this.#requests = [];
    this.#head = 0;
  }
}
