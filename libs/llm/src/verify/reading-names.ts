import type { FindingView } from './finding-views.js';
import type { NumberClaim } from './number-claims.js';

/** A place where a sentence names a reading by its signal or by its words. */
export interface NamedReading {
  readonly start: number;
  readonly end: number;
  readonly signals: ReadonlySet<string>;
}

type Names = readonly (readonly [string, ReadonlySet<string>])[];

const NAMES = new WeakMap<readonly FindingView[], Names>();
/** From a name to its number. */
const IS =
  /^(?:\s(?:of|on|for|at|in)\s(?:the\s)?[^,;]{0,90}?)?\s*(?:is|was|are|were|of|at|=|:|reads|reached|stands at|equals|amounts to)(?:\s(?:only|just|about|at|currently|now|around))*\s*$/;
/** From a number to its name. */
const FOR = /^\s*(?:(?:of|for|as|in)\s)?(?:the\s)?$/;

function namesOf(views: readonly FindingView[]): Names {
  const known = NAMES.get(views);
  if (known) return known;
  const byName = new Map<string, Set<string>>();
  for (const { signalNames } of views) {
    for (const [name, signal] of signalNames) byName.set(name, (byName.get(name) ?? new Set()).add(signal));
  }
  const names = [...byName].sort(([left], [right]) => right.length - left.length);
  NAMES.set(views, names);
  return names;
}

function isWhole(text: string, start: number, end: number): boolean {
  return !/[a-z\d]/.test(`${text[start - 1] ?? ' '}${text[end] ?? ' '}`);
}

/** The readings of findings that a lower-case sentence names; of names within names the longest. */
export function namedReadings(sentence: string, views: readonly FindingView[]): NamedReading[] {
  const found: NamedReading[] = [];
  for (const [name, signals] of namesOf(views)) {
    for (let start = sentence.indexOf(name); start >= 0; start = sentence.indexOf(name, start + 1)) {
      const end = start + name.length;
      const isTaken = found.some((other) => start < other.end && end > other.start);
      if (!isTaken && isWhole(sentence, start, end)) found.push({ start, end, signals });
    }
  }
  return found.sort((left, right) => left.start - right.start);
}

/** Takes the names out of a text, at the same length: of their words nothing is claimed. */
export function withoutNames(text: string, names: readonly NamedReading[]): string {
  return names.reduce(
    (masked, { start, end }) => masked.slice(0, start) + '\u00b7'.repeat(end - start) + masked.slice(end),
    text,
  );
}

/** The signals of which a number is said to be the reading; null when it is not said. */
export function signalsOf(
  text: string,
  claims: readonly NumberClaim[],
  index: number,
  names: readonly NamedReading[],
): ReadonlySet<string> | null {
  const claim = claims[index];
  if (claim === undefined) return null;
  const from = claims[index - 1]?.end ?? 0;
  const before = names.findLast(({ start, end }) => start >= from && end <= claim.start);
  if (before && IS.test(text.slice(before.end, claim.start))) return before.signals;
  const after = names.find(({ start }) => start >= claim.end);
  return after && FOR.test(text.slice(claim.end, after.start)) ? after.signals : null;
}
