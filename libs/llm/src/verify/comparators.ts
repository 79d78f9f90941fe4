/** How a sentence holds one number against another. */
export interface Comparator {
  readonly direction: 'above' | 'below';
  /** True where equality is as good. */
  readonly isInclusive: boolean;
}

const NEGATED = /\b(?:not|never|n't|no|does not|did not|do not|doesn't|don't|didn't|isn't|wasn't)\s(?:\w+\s)?$/;

interface Row {
  readonly words: RegExp;
  readonly comparator: Comparator;
}

const row = (words: string, direction: Comparator['direction'], isInclusive: boolean = false): Row => ({
  words: new RegExp(`\\b(?:${words})(?![a-z])`, 'g'),
  comparator: { direction, isInclusive },
});

/** Inclusive ones first: `no more than` holds `more than`. */
const ROWS: readonly Row[] = [
  row('no more than|not more than|at most|at or below|not above|not exceeding|within|inside|up to', 'below', true),
  row('no less than|no fewer than|not less than|at least|at or above|not below', 'above', true),
  row(
    'above|over|exceed(?:s|ed|ing)?|more than|greater than|higher than|hotter than|larger than|bigger than|longer than|later than|slower than|beyond|past|surpass(?:es|ed|ing)?|in excess of|outgrow(?:s|n)?|overshoot(?:s|ing)?|miss(?:es|ed|ing)? (?=(?:\\w+ )?(?:objective|target|slo)s?)|breach(?:es|ed|ing)?|violat(?:es|ed|ing)|worse than',
    'above',
  ),
  row(
    'below|under|less than|lower than|fewer than|smaller than|cooler than|shorter than|earlier than|faster than|sooner than|short of|beneath|underneath|undercut(?:s|ting)?|better than|meets?|met|well within',
    'below',
  ),
];

export interface FoundComparator extends Comparator {
  readonly start: number;
  readonly end: number;
}

const OPPOSITE = { above: 'below', below: 'above' } as const;

/** Comparing words of a lower-case text, in order; `not above` is `below or equal`. */
export function comparatorsIn(text: string): FoundComparator[] {
  const found: FoundComparator[] = [];
  for (const { words, comparator } of ROWS) {
    for (const { 0: match, index } of text.matchAll(words)) {
      const end = index + match.length;
      if (found.some((other) => index < other.end && end > other.start)) continue;
      const isNegated = NEGATED.test(text.slice(Math.max(0, index - 24), index));
      const direction = isNegated ? OPPOSITE[comparator.direction] : comparator.direction;
      found.push({
        start: index,
        end,
        direction,
        isInclusive: isNegated ? !comparator.isInclusive : comparator.isInclusive,
      });
    }
  }
  return found.sort((left, right) => left.start - right.start);
}

/** Whether left and right stand to each other as the sentence says. */
export function agrees(left: number, right: number, { direction, isInclusive }: Comparator): boolean {
  const noise = 1e-9 * Math.max(Math.abs(left), Math.abs(right));
  if (Math.abs(left - right) <= noise) return isInclusive;
  return direction === 'above' ? left > right : left < right;
}
