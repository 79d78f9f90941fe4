import { Clock } from '@app/core';

/** A clock that stands still until it is set. */
export class SetClock extends Clock {
  constructor(private nowMs = Date.parse('2026-01-01T00:00:00.000Z')) {
    super();
  }

  override now(): number {
    return this.nowMs;
  }

  advance(ms: number): void {
    this.nowMs += ms;
  }
}
