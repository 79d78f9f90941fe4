export interface NoisySeries {
  readonly count: number;
  /** Mean of the values. */
  readonly level: number;
  /** Standard deviation as a share of the level. */
  readonly noiseRatio: number;
  /** How much of its deviation a value has from the one before it, 0 to 1. */
  readonly autocorrelation?: number;
}

/** Numbers between 0 and 1 that look random and are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normally distributed values around a level, each dependent on the one before it as far as the test says. */
export function aNoisySeries(random: () => number, { count, level, noiseRatio, autocorrelation = 0 }: NoisySeries) {
  const fresh = Math.sqrt(1 - autocorrelation ** 2);
  let deviation = normal(random);
  return Array.from({ length: count }, (_, index) => {
    if (index > 0) deviation = autocorrelation * deviation + fresh * normal(random);
    return level * (1 + noiseRatio * deviation);
  });
}

/** Standard normal, after Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
