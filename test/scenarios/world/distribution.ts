import type { Random } from './random.js';

/** Sizes of observations: log-normal, as latencies are. Half lie below the median, 95 % below `p95`. */
export interface Distribution {
  readonly median: number;
  readonly p95: number;
  /** A second mode, e.g. the steps that carry a piece of a prompt: share of the observations and their sizes. */
  readonly tail?: { readonly share: number; readonly median: number; readonly p95: number };
}

/** Sizes around a value: 95 % lie below `spread` times it. */
export function around(median: number, spread = 1.6): Distribution {
  return { median, p95: median * spread };
}

/** z of the 95 % quantile of the normal distribution. */
const Z95 = 1.645;

export function draw({ tail, ...mode }: Distribution, random: Random): number {
  return sized(tail !== undefined && random.next() < tail.share ? tail : mode, random.normal());
}

/** So many draws, which have the distribution's shape even when they are few: value and mode by turns. */
export function draws(
  { tail, ...mode }: Distribution,
  count: number,
  random: Random,
): { value: number; share: number }[] {
  const ofMode = (one: { median: number; p95: number }, share: number): { value: number; share: number }[] =>
    share <= 0
      ? []
      : Array.from({ length: count }, (_, i) => ({
          value: sized(one, random.normalOf(i, count)),
          share: share / count,
        }));
  return tail === undefined ? ofMode(mode, 1) : [...ofMode(mode, 1 - tail.share), ...ofMode(tail, tail.share)];
}

function sized({ median, p95 }: { readonly median: number; readonly p95: number }, z: number): number {
  return median <= 0 ? 0 : median * Math.exp((Math.log(Math.max(1, p95 / median)) / Z95) * z);
}

/** Mean of the distribution, as far as log-normal modes give it. */
export function meanOf({ tail, ...mode }: Distribution): number {
  const meanOfMode = ({ median, p95 }: { median: number; p95: number }): number => {
    if (median <= 0) return 0;
    const sigma = Math.log(Math.max(1, p95 / median)) / Z95;
    return median * Math.exp((sigma * sigma) / 2);
  };
  return tail === undefined ? meanOfMode(mode) : (1 - tail.share) * meanOfMode(mode) + tail.share * meanOfMode(tail);
}
