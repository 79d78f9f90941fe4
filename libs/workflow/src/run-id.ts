import { randomUUID } from 'node:crypto';

const MILLISECONDS_DIGITS = 12;
const COUNTER_DIGITS = 4;
const COUNTER_LIMIT = 16 ** COUNTER_DIGITS;

/** Makes ids that sort by age, also within a millisecond and when the clock is set back. */
export class RunIdSequence {
  private lastMs = 0;
  private counter = 0;

  next(nowMs: number): string {
    this.counter = nowMs > this.lastMs ? 0 : this.counter + 1;
    this.lastMs = Math.max(nowMs, this.lastMs);
    if (this.counter === COUNTER_LIMIT) {
      this.lastMs += 1;
      this.counter = 0;
    }
    const time = hex(this.lastMs, MILLISECONDS_DIGITS);
    return `run_${time}${hex(this.counter, COUNTER_DIGITS)}${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
