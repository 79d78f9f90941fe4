/** Seeded noise: the same seed gives the same sequence (mulberry32, public domain). */
export class Random {
  #state: number;
  #spare: number | null = null;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A stream of its own for a part, so that a fault in one part leaves the draws of the others as they were. */
  fork(label: string): Random {
    let hash = this.#state ^ 0x811c9dc5;
    for (const letter of label) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
    return new Random(hash);
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Standard normal (Box and Muller, 1958). */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    const angle = 2 * Math.PI * this.next();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Time to the next of independent events that come so often per second. */
  gap(perSecond: number): number {
    return -Math.log(1 - this.next()) / perSecond;
  }

  /** Log-normal, as sizes of prompts and answers are: half lie below the median, 95 % below `p95`. */
  size({ median, p95 }: { readonly median: number; readonly p95: number }): number {
    return median * Math.exp((Math.log(Math.max(1, p95 / median)) / 1.645) * this.normal());
  }

  hex(digits: number): string {
    return Array.from({ length: digits }, () => Math.floor(this.next() * 16).toString(16)).join('');
  }
}
