import type { PressureView } from './machine-view.js';

/** Windows of the kernel's averages, and how often it renews them (`kernel/sched/psi.c`, PSI_FREQ). */
const WINDOWS = [10, 60, 300] as const;
const UPDATE_SECONDS = 2;

/** One line of a pressure file: averages and total follow from the share of time in which tasks waited. */
export class Pressure {
  readonly #averages = [0, 0, 0];
  #microseconds = 0;
  #stalled = 0;
  #passed = 0;

  /** So much of the time (0–1) was lost. */
  pass(ratio: number, seconds: number): void {
    this.#microseconds += ratio * seconds * 1e6;
    this.#stalled += ratio * seconds;
    this.#passed += seconds;
    if (this.#passed < UPDATE_SECONDS - 1e-9) return;
    const percent = (100 * this.#stalled) / this.#passed;
    WINDOWS.forEach((window, i) => {
      const kept = Math.exp(-this.#passed / window);
      this.#averages[i] = (this.#averages[i] ?? 0) * kept + percent * (1 - kept);
    });
    this.#stalled = 0;
    this.#passed = 0;
  }

  /** As if it had always been as it was lately, for so many times as long. */
  settle(times: number): void {
    this.#averages.fill(this.#averages[0] ?? 0);
    this.#microseconds *= times;
  }

  view(): PressureView {
    const [avg10 = 0, avg60 = 0, avg300 = 0] = this.#averages;
    return { avg10, avg60, avg300, totalMicroseconds: Math.round(this.#microseconds) };
  }
}
