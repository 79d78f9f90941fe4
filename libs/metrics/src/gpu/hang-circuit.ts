import type { Clock } from '@app/core';

const HANGS_TO_OPEN = 3;
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 30_000;

/** After three hangs in a row a program is left alone for 10 s, then 20 s, then 30 s; each pause ends with one probe. */
export class HangCircuit {
  #hangsInARow = 0;
  #pausedUntil = 0;

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** Milliseconds until the next call is allowed, 0 when it is now. */
  pauseLeftMs(): number {
    return Math.max(0, this.#pausedUntil - this.clock.now());
  }

  recordHang(): void {
    this.#hangsInARow += 1;
    const pauses = this.#hangsInARow - HANGS_TO_OPEN;
    if (pauses < 0) return;
    this.#pausedUntil = this.clock.now() + Math.min(FIRST_PAUSE_MS * 2 ** pauses, LONGEST_PAUSE_MS);
  }

  /** Any answer counts, a failing exit included: the program does not hang. */
  recordAnswer(): void {
    this.#hangsInARow = 0;
    this.#pausedUntil = 0;
  }
}
