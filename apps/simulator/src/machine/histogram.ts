import type { HistogramView } from './machine-view.js';

/** What an exporter keeps of observations. */
export class Histogram {
  readonly #counts: number[];
  #sum = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  add(value: number, times = 1): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] ?? Infinity)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + times;
    this.#sum += value * times;
  }

  /** As if the same had happened so many times. */
  scale(times: number): void {
    this.#counts.forEach((count, i) => (this.#counts[i] = count * times));
    this.#sum *= times;
  }

  reset(): void {
    this.#counts.fill(0);
    this.#sum = 0;
  }

  view(): HistogramView {
    let count = 0;
    const counts = this.#counts.map((one) => (count += one));
    return { bounds: this.bounds, counts: counts.slice(0, -1), sum: this.#sum, count };
  }
}
