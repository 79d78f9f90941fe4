import { normalUpperTail } from './tails.js';

/** Chances of ranks as far apart as these, or further, if nothing had changed. One-sided: each direction has its own. */
export interface RankTest {
  /** That the later values are as high. */
  readonly higher: number;
  /** That the later values are as low. */
  readonly lower: number;
}

/** From here on the normal approximation differs from the exact distribution by less than any decision here needs. */
const LARGEST_EXACT = 30;

/**
 * Mann and Whitney's test (1947) of whether later values tend to be higher or lower than former ones. Few values are
 * counted out exactly, ties included, over all ways to part the ranks (shift algorithm of Streitberg and Röhmel, 1986);
 * many are judged by the normal approximation with correction for ties and continuity.
 */
export function mannWhitney(former: readonly number[], later: readonly number[]): RankTest {
  if (former.length === 0 || later.length === 0) return { higher: 1, lower: 1 };
  const ranks = doubledMidranks([...former, ...later]);
  const rankSum = ranks.slice(former.length).reduce((sum, rank) => sum + rank, 0);
  return ranks.length <= LARGEST_EXACT
    ? exactTails(ranks, later.length, rankSum)
    : normalTails(ranks, former.length, later.length, rankSum);
}

/** Twice the mean rank of equal values, which is whole. */
function doubledMidranks(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const ranks = new Array<number>(values.length).fill(0);
  for (let first = 0; first < order.length;) {
    let last = first;
    while (order[last + 1]?.value === order[first]?.value && last + 1 < order.length) last += 1;
    for (const { index } of order.slice(first, last + 1)) ranks[index] = first + last + 2;
    first = last + 1;
  }
  return ranks;
}

function exactTails(ranks: readonly number[], drawn: number, rankSum: number): RankTest {
  const most = ranks.reduce((sum, rank) => sum + rank, 0);
  // Ways to draw so many of the ranks with that sum; each rank in turn is drawn or not.
  const ways = Array.from({ length: drawn + 1 }, () => new Float64Array(most + 1));
  (ways[0] as Float64Array)[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let count = drawn; count >= 1; count -= 1) {
      const [to, from] = [ways[count] as Float64Array, ways[count - 1] as Float64Array];
      for (let sum = reached; sum >= rank; sum -= 1) to[sum] = (to[sum] as number) + (from[sum - rank] as number);
    }
  }
  let [all, higher, lower] = [0, 0, 0];
  (ways[drawn] as Float64Array).forEach((count, sum) => {
    all += count;
    if (sum >= rankSum) higher += count;
    if (sum <= rankSum) lower += count;
  });
  return { higher: higher / all, lower: lower / all };
}

function normalTails(ranks: readonly number[], before: number, after: number, rankSum: number): RankTest {
  const total = before + after;
  const expected = after * (total + 1);
  const meanSquare = ranks.reduce((sum, rank) => sum + (rank - total - 1) ** 2, 0) / total;
  const deviation = Math.sqrt((before * after * meanSquare) / (total - 1));
  if (deviation === 0) return { higher: 1, lower: 1 };
  // Half a rank, which is one in doubled ranks.
  const tail = (distance: number): number => normalUpperTail((distance - 1) / deviation);
  return { higher: tail(rankSum - expected), lower: tail(expected - rankSum) };
}

/** By how much the later values lie above the former ones, and between which bounds that is. */
export interface Shift {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** One-sided 95 %, so that both bounds together leave out 10 %. */
const BOUND_DEVIATIONS = 1.645;

/**
 * Hodges and Lehmann's estimate of the shift, the median of all differences, with the interval that goes with the test
 * (Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, 4.2 and 4.3). `inflation` widens it where values
 * depend on those before them. It can not be wider than the differences are.
 */
export function shiftBetween(former: readonly number[], later: readonly number[], inflation: number): Shift {
  const differences = later.flatMap((after) => former.map((before) => after - before)).sort((a, b) => a - b);
  const pairs = differences.length;
  const deviation = Math.sqrt((inflation * pairs * (former.length + later.length + 1)) / 12);
  const left = Math.max(0, Math.floor(pairs / 2 - BOUND_DEVIATIONS * deviation) - 1);
  return {
    estimate: medianOf(differences),
    low: differences[left] ?? 0,
    high: differences[pairs - 1 - left] ?? 0,
  };
}

/** 0 for no values. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
