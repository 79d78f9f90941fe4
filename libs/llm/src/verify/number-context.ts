import type { NumberClaim } from './number-claims.js';
import { tagsFor, tagsOfText } from './tags.js';

/** What stands around a number and belongs to it. */
export interface NumberContext {
  /** Words before it, back to the previous number or the beginning of its clause. */
  readonly before: string;
  /** All that stands before it, as far as it matters. */
  readonly preceding: string;
  readonly after: string;
  /** What follows it, whatever it belongs to. */
  readonly following: string;
  /** True for the second of `64 of 64`. */
  readonly isOfNumber: boolean;
  /** The signals of which the sentence says that it is the reading; null when it names none. */
  readonly signals: ReadonlySet<string> | null;
  /** The words before and after it with names of readings left in. */
  readonly words: string;
  /** True where that is said with `of`, so that the first is a part of it. */
  readonly isPartOf: boolean;
  /** What they are about, as far as it can be measured in the number's dimension. */
  readonly tags: readonly string[];
}

/** A comma between digits separates nothing. */
const CLAUSE_END =
  /,(?!\d{3})|[;()]| - |\b(?:and|but|while|whereas|although|though|because|since|so|which|as|when|where|yet|however|if|until|after|due to|compared|against|versus|vs)\b/g;
/** From here on, words between two numbers belong to the second one. */
const TURN =
  /(?:^|\s)(?:at|against|below|above|under|over|than|versus|vs\.?|with|from|to|out of|instead of|rather than|beyond|within|until|exceed\w*|compared|for|of (?=(?:the|a|an|its|their|at)?\s?(?:\w+ )?(?:max\w*|limit|default|cap|total|available|possible|most)\b)|of $)(?:\s|$)/;

const OF =
  /^\s*(?:\w+\s){0,3}?(?:of|out of|\/|from|vs\.?|versus|against|instead of|rather than)\s*(?:at most|a maximum of|a possible|only|the|its|a|an|possible)?\s*$/;

const PART_OF =
  /^\s*(?:[a-z]+\s)?(?:out of|of)\s*(?:at most|a maximum of|a possible|only|the|its|possible)?\s*$|^\s*\/\s*$/;

/** Where clauses begin; the first one at the beginning. */
export function clauseStarts(text: string): number[] {
  return [0, ...[...text.matchAll(CLAUSE_END)].map(({ index }) => index)];
}

/** How far around a number its words are looked for. */
const FAR_BEFORE = 120;
const FAR_AFTER = 60;

const NOTHING: NumberContext = {
  before: '',
  preceding: '',
  after: '',
  following: '',
  isOfNumber: false,
  isPartOf: false,
  signals: null,
  words: '',
  tags: [],
};

interface Window {
  readonly start: number;
  readonly end: number;
}

function turnBetween(
  text: string,
  left: NumberClaim | undefined,
  right: NumberClaim | undefined,
  clause: Window,
): number | null {
  if (left === undefined || right === undefined) return null;
  if (left.end < clause.start || right.start > clause.end) return null;
  const words = text.slice(left.end, right.start);
  const turn = TURN.exec(words);
  return left.end + (turn ? turn.index : words.length);
}

function clauseOf(text: string, starts: readonly number[], { start, end }: NumberClaim): Window {
  const from = starts.findLast((at) => at <= start) ?? 0;
  return { start: from, end: starts.find((at) => at >= end) ?? text.length };
}

/** The words that belong to a number: of its clause, without those of its neighbours. */
function windowOf(text: string, claims: readonly NumberClaim[], index: number, starts: readonly number[]): Window {
  const [previous, claim, next] = [claims[index - 1], claims[index], claims[index + 1]];
  if (claim === undefined) return { start: 0, end: 0 };
  const clause = clauseOf(text, starts, claim);
  const opens = /^\s*\(\s*$/.test(text.slice(clause.start, claim.start));
  // `The objective (1.5 s)`: what stands in front of the bracket names what is in it.
  const from = opens ? Math.max(starts.findLast((at) => at < clause.start) ?? 0, previous?.end ?? 0) : clause.start;
  const start = Math.max(from, turnBetween(text, previous, claim, clause) ?? from);
  const end = Math.min(clause.end, turnBetween(text, claim, next, clause) ?? clause.end);
  return { start, end };
}

/** The words of a number, and what they are about; where its clause says nothing, what was said before does, then what follows. */
export function contextOf(text: string, claims: readonly NumberClaim[], index: number): NumberContext {
  const claim = claims[index];
  if (claim === undefined) return NOTHING;
  const starts = clauseStarts(text);
  const window = windowOf(text, claims, index, starts);
  const before = text.slice(window.start, claim.start);
  const after = text.slice(claim.end, window.end);
  const previous = claims[index - 1];
  const between = previous === undefined ? '' : text.slice(previous.end, claim.start);
  return {
    before,
    preceding: text.slice(Math.max(0, claim.start - FAR_BEFORE), claim.start),
    after,
    following: text.slice(claim.end, claim.end + FAR_AFTER),
    isOfNumber: previous !== undefined && OF.test(between),
    isPartOf: PART_OF.test(between),
    signals: null,
    words: `${before}|${after}`,
    tags: tagsAround(text, claim, window, starts),
  };
}

function tagsAround(text: string, claim: NumberClaim, window: Window, starts: readonly number[]): string[] {
  const dimension = claim.unit?.dimension ?? null;
  const relevant = (words: string): string[] =>
    dimension === null ? [...tagsOfText(words)] : tagsFor(dimension, tagsOfText(words));
  const own = relevant(text.slice(window.start, window.end));
  if (own.length > 0) return own;
  const earlier = starts.filter((at) => at <= window.start).reverse();
  let upTo = window.start;
  for (const at of earlier) {
    const tags = relevant(text.slice(at, upTo));
    if (tags.length > 0) return tags;
    upTo = at;
  }
  return relevant(text.slice(window.end));
}
