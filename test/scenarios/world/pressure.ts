/** The kernel's averages are over these seconds. */
const WINDOWS = [10, 60, 300] as const;
/** It renews them every two seconds. */
const UPDATE_SECONDS = 2;

/** One line of a pressure file: averages and total follow from the same share of time, as in the kernel. */
export class PressureLine {
  readonly #averages = [0, 0, 0];
  #microseconds = 0;

  /** So many percent of the time were lost for so long. */
  pass(percent: number, seconds: number): void {
    for (let left = seconds; left > 0; left -= UPDATE_SECONDS) {
      const part = Math.min(UPDATE_SECONDS, left);
      WINDOWS.forEach((window, i) => {
        const kept = Math.exp(-part / window);
        this.#averages[i] = (this.#averages[i] ?? 0) * kept + percent * (1 - kept);
      });
    }
    this.#microseconds += (percent / 100) * seconds * 1e6;
  }

  /** As if it had always been so. */
  settle(percent: number): void {
    this.#averages.fill(percent);
  }

  get totalMicroseconds(): number {
    return Math.round(this.#microseconds);
  }

  text(kind: 'some' | 'full'): string {
    const [avg10 = 0, avg60 = 0, avg300 = 0] = this.#averages.map((average) => average.toFixed(2));
    return `${kind} avg10=${avg10} avg60=${avg60} avg300=${avg300} total=${this.totalMicroseconds}\n`;
  }
}
