import { lookBack } from './look-back.js';
import type { RuleSample } from './rule.js';

/** Rates and shares look at least this far back, where samples are closer than that. */
export const RATE_SECONDS = 60;
/** How far back a share may reach until enough was counted for it. */
export const LONGEST_LOOK_BACK_SECONDS = 900;

/** The sample of a minute ago, or the oldest there is; null without an earlier one. */
export function aMinuteBefore<S>(sample: RuleSample<S>): RuleSample<S> | null {
  return lookBack(sample, RATE_SECONDS)?.start ?? null;
}

/**
 * The newest sample of at least a minute ago from which on enough happened; the oldest one within reach when that never
 * is so. Null without an earlier sample. Restarts end the look back, since nothing is comparable across them.
 */
export function lookBackUntil<S>(
  sample: RuleSample<S>,
  isEnough: (before: RuleSample<S>) => boolean,
): RuleSample<S> | null {
  const longest = LONGEST_LOOK_BACK_SECONDS * 1000;
  let before: RuleSample<S> | null = sample.previous;
  while (before?.previous) {
    const isLongAgo = sample.atMs - before.atMs >= RATE_SECONDS * 1000;
    if ((isLongAgo && isEnough(before)) || sample.atMs - before.previous.atMs > longest) break;
    before = before.previous;
  }
  return before;
}

/** Seconds between two samples. */
export function secondsBetween(before: RuleSample<unknown>, after: RuleSample<unknown>): number {
  return (after.atMs - before.atMs) / 1000;
}
