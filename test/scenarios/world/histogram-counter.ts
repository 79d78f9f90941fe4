import { type Distribution, draw, draws } from './distribution.js';
import type { Random } from './random.js';

/** Draws per step: enough for the shape of a distribution, however many observations there are. */
const MAX_DRAWS = 16;

/**
 * What an exporter keeps of a histogram. One mean per bucket is written back to the page builders instead of every
 * observation, so a page costs the same after a day as after a minute.
 */
export class HistogramCounter {
  readonly #counts: number[];
  readonly #sums: number[];

  constructor(private readonly bounds: readonly number[]) {
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
    this.#sums = new Array<number>(bounds.length + 1).fill(0);
  }

  add(value: number, times = 1): void {
    if (times <= 0) return;
    const found = this.bounds.findIndex((bound) => value <= bound);
    const bucket = found < 0 ? this.bounds.length : found;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + times;
    this.#sums[bucket] = (this.#sums[bucket] ?? 0) + value * times;
  }

  /** So many observations of a distribution. */
  observe(distribution: Distribution, times: number, random: Random): void {
    if (times <= 2 * MAX_DRAWS) {
      for (let i = 0; i < times; i += 1) this.add(draw(distribution, random));
      return;
    }
    let left = times;
    for (const { value, share } of draws(distribution, MAX_DRAWS, random)) {
      const due = Math.min(left, random.whole(times * share));
      this.add(value, due);
      left -= due;
    }
    // What rounding left over is like the rest.
    this.add(draw(distribution, random), left);
  }

  /** As if the same had happened so many times: makes a history out of a short warm-up. */
  scale(factor: number): void {
    for (const values of [this.#counts, this.#sums]) values.forEach((value, i) => (values[i] = value * factor));
  }

  reset(): void {
    for (const values of [this.#counts, this.#sums]) values.fill(0);
  }

  get count(): number {
    return this.#counts.reduce((total, count) => total + count, 0);
  }

  get sum(): number {
    return this.#sums.reduce((total, sum) => total + sum, 0);
  }

  /** Per bucket its mean and its count. */
  observations(): (readonly [value: number, times: number])[] {
    return this.#counts.flatMap((count, i) => {
      if (count === 0) return [];
      const mean = (this.#sums[i] ?? 0) / count;
      // Rounding must not lift a mean over its bucket.
      return [[Math.min(mean, this.bounds[i] ?? Infinity), count] as const];
    });
  }
}
