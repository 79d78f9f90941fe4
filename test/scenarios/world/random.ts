const CLASSES = 512;

/** Middles of equally likely classes of the standard normal distribution: a look-up is its quickest draw. */
const NORMAL: readonly number[] = Array.from({ length: CLASSES }, (_, i) => normalQuantile((i + 0.5) / CLASSES));

/** By bisection over the distribution function (Abramowitz and Stegun 26.2.17). */
function normalQuantile(probability: number): number {
  let [low, high] = [-4, 4];
  for (let i = 0; i < 50; i += 1) {
    const middle = (low + high) / 2;
    if (normalShareBelow(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function normalShareBelow(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
  return z > 0 ? 1 - tail : tail;
}

/** The noise of a world: the same seed gives the same sequence (mulberry32, public domain). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
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

  /** Standard normal, within three standard deviations. */
  normal(): number {
    return NORMAL[Math.floor(this.next() * CLASSES)] ?? 0;
  }

  /** One of `count` draws that share the classes among them, so that few draws already have the right shape. */
  normalOf(index: number, count: number): number {
    return NORMAL[Math.floor(((index + this.next()) / count) * CLASSES)] ?? 0;
  }

  /** The value with a relative error: `near(100, 0.02)` is mostly within 98 and 102, never far beyond 94 and 106. */
  near(value: number, deviation: number): number {
    return value * (1 + deviation * this.normal());
  }

  /** A whole number whose mean is the value. */
  whole(value: number): number {
    const floor = Math.floor(value);
    return floor + (this.next() < value - floor ? 1 : 0);
  }

  /** How many independent events fell into a time in which so many are expected. */
  events(expected: number): number {
    if (expected <= 0) return 0;
    return Math.max(0, this.whole(expected + Math.sqrt(expected) * this.normal()));
  }
}
