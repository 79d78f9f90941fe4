import type { RuleSample } from './rule.js';

/** How a subject was some time ago. */
export interface LookBack<S> {
  readonly start: RuleSample<S>;
  /** Seconds from there to the sample. */
  readonly seconds: number;
  /** A break stopped the look back before its time. */
  readonly isCut: boolean;
}

/**
 * The newest sample that is at least so many seconds older, or the oldest there is; null without an earlier one. It does
 * not look past a pair of samples between which the subject started anew.
 */
export function lookBack<S>(
  sample: RuleSample<S>,
  seconds: number,
  isBreak: (before: S, after: S) => boolean = () => false,
): LookBack<S> | null {
  let start = sample;
  let isCut = false;
  for (let before = start.previous; before !== null && !isCut; before = start.previous) {
    if (start !== sample && sample.atMs - start.atMs >= seconds * 1000) break;
    isCut = isBreak(before.state, start.state);
    if (!isCut) start = before;
  }
  return start === sample ? null : { start, seconds: (sample.atMs - start.atMs) / 1000, isCut };
}
