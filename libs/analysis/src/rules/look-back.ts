import type { RuleSample } from './rule.js';

/** How a subject was some time ago. */
export interface LookBack<S> {
  readonly start: RuleSample<S>;
  /** Seconds from there to the sample. */
  readonly seconds: number;
  /** A break stopped the look back before its time. */
  readonly isCut: boolean;
}

/** Whether the subject started anew between two samples. */
export type IsBreak<S> = (before: S, after: S) => boolean;

/**
 * The newest sample that is at least so many seconds older, or the oldest there is; null without an earlier one. It does
 * not look past a pair of samples between which the subject started anew.
 */
export function lookBack<S>(
  sample: RuleSample<S>,
  seconds: number,
  isBreak: IsBreak<S> = () => false,
): LookBack<S> | null {
  return lookBackWithin(sample, seconds, ({ previous, state }) => previous !== null && isBreak(previous.state, state));
}

/**
 * The same for a break that is costly to find: however many rules look back over two samples, and from however many
 * later ones, the two are compared once.
 */
export function rememberedLookBack<S>(
  isBreak: IsBreak<S>,
): (sample: RuleSample<S>, seconds: number) => LookBack<S> | null {
  const firsts = new WeakMap<RuleSample<S>, RuleSample<S>>();
  return (sample, seconds) => {
    const first = firstOfLife(sample, isBreak, firsts);
    return lookBackWithin(sample, seconds, (start) => start === first);
  };
}

/** The oldest sample from which on the subject did not start anew. */
function firstOfLife<S>(
  sample: RuleSample<S>,
  isBreak: IsBreak<S>,
  firsts: WeakMap<RuleSample<S>, RuleSample<S>>,
): RuleSample<S> {
  const walked: RuleSample<S>[] = [];
  let start = sample;
  let first = firsts.get(start);
  while (first === undefined) {
    walked.push(start);
    const { previous } = start;
    if (previous === null || isBreak(previous.state, start.state)) first = start;
    else first = firsts.get((start = previous));
  }
  for (const each of walked) firsts.set(each, first);
  return first;
}

function lookBackWithin<S>(
  sample: RuleSample<S>,
  seconds: number,
  startsAnew: (start: RuleSample<S>) => boolean,
): LookBack<S> | null {
  let start = sample;
  let isCut = false;
  for (let before = start.previous; before !== null && !isCut; before = start.previous) {
    if (start !== sample && sample.atMs - start.atMs >= seconds * 1000) break;
    isCut = startsAnew(start);
    if (!isCut) start = before;
  }
  return start === sample ? null : { start, seconds: (sample.atMs - start.atMs) / 1000, isCut };
}
