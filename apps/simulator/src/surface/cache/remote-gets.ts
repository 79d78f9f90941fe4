import type { CacheView, HistogramView } from '../../machine/machine-view.js';

/** Bounds of LMCache for times in milliseconds. */
const BOUNDS = [1, 5, 10, 20, 40, 60, 80, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];

/**
 * How long the reads of a cache's remote tier took. The machine counts them and tells a round trip of the moment; the reads
 * since the last look are taken to have lasted that long each.
 */
export class RemoteGets {
  #counts = BOUNDS.map(() => 0);
  #count = 0;
  #sum = 0;
  #seen: number | null = null;

  observe({ counters, remotePingSeconds }: CacheView): void {
    const reads = Math.floor(counters.remoteReads);
    if (this.#seen !== null && reads < this.#seen) this.#reset();
    const added = reads - (this.#seen ?? 0);
    this.#seen = reads;
    const milliseconds = remotePingSeconds * 1000;
    this.#counts = this.#counts.map((count, index) => (milliseconds <= (BOUNDS[index] ?? 0) ? count + added : count));
    this.#count += added;
    this.#sum += added * milliseconds;
  }

  view(): HistogramView {
    return { bounds: BOUNDS, counts: this.#counts, sum: this.#sum, count: this.#count };
  }

  #reset(): void {
    this.#counts = BOUNDS.map(() => 0);
    this.#count = 0;
    this.#sum = 0;
    this.#seen = 0;
  }
}
