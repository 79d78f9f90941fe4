import type { Fact } from './fact.js';
import type { FindingView, FindingViews } from './finding-views.js';
import type { MentionGroup } from './mention-groups.js';
import { NumberCheck, type NumberMatch } from './number-check.js';
import { type NumberClaim, numberClaims } from './number-claims.js';
import { contextOf, type NumberContext } from './number-context.js';
import { namedReadings, signalsOf, withoutNames } from './reading-names.js';
import { type Scope, viewsAbout } from './scope.js';
import type { CheckedSentence } from './claims/claim.js';
import { type CountedNoun, countedNoun } from './claims/counts.js';
import { withoutTimes } from './claims/time.js';

const FOLLOWED_BY_NAME =
  /^(?:\s(?!and\b|but\b|while\b)[\p{L}]+){0,3}\s(?:on|of|at|for|in|by|from)\s(?:the\s|engine\s)?$/u;
const PERCENTILE =
  /(?<![\p{L}\d])(?:p\d{2}|\d{2}th(?= percentile)|(?:\d{2})(?=th percentile)|fp\d{1,2}|bf16|int[48]|[lh]\d|e2e|s3|k8s|24\/7|h2d|d2h|hbm\d?e?|gddr\d)(?![\p{L}\d])/gu;

/** Which names a number belongs to: those that follow it with `on` or `of`, else the last before it, else the next. */
function groupFor(
  claim: NumberClaim,
  next: NumberClaim | undefined,
  groups: readonly MentionGroup[],
  text: string,
): MentionGroup | undefined {
  const following = groups.find(({ start }) => start >= claim.end);
  const isBefore = following !== undefined && (next === undefined || next.start > following.start);
  if (following && isBefore && FOLLOWED_BY_NAME.test(text.slice(claim.end, following.start))) return following;
  return groups.findLast(({ end }) => end <= claim.start) ?? following;
}

/** A number of a sentence, with what stands around it and whose it is. */
export interface Reading {
  readonly claim: NumberClaim;
  readonly context: NumberContext;
  readonly group: MentionGroup | undefined;
}

/** Numbers of a sentence with what they belong to. */
function readNumbers(text: string, cased: string, sentence: NumberText): Reading[] {
  const { groups, scope } = sentence;
  const claims = numberClaims(cased);
  if (claims.length === 0) return [];
  const names = namedReadings(sentence.cased.toLowerCase(), scope.views);
  const plain = withoutNames(text, names);
  return claims.map((claim, index) => ({
    claim,
    context: {
      ...contextOf(plain, claims, index),
      tags: contextOf(text, claims, index).tags,
      words: contextOf(text, claims, index).words,
      signals: signalsOf(text, claims, index, names),
    },
    group: groupFor(claim, claims[index + 1], groups, text),
  }));
}

const FACTS = new WeakMap<readonly FindingView[], readonly Fact[]>();

function factsOf(views: readonly FindingView[], windowSeconds: number): readonly Fact[] {
  const known = FACTS.get(views);
  if (known) return known;
  const facts = [...views.flatMap((view) => view.facts), ...windowFact(windowSeconds)];
  FACTS.set(views, facts);
  return facts;
}

/** How long was looked at. */
function windowFact(seconds: number): Fact[] {
  return [
    {
      key: '|window|',
      role: 'window',
      dimension: 'time',
      value: seconds,
      nativeScale: 1,
      tags: new Set(),
      kind: '',
      other: null,
      isPerMinute: false,
    },
  ];
}

/** Numbers in a row about a row of names are told in order: `GPUs 0 and 3 are at 92 and 88 °C`. */
function partFor(readings: readonly Reading[], index: number): number | null {
  const group = readings[index]?.group;
  if (group === undefined || group.parts.length < 2) return null;
  const row = readings.filter((reading) => reading.group === group);
  return row.length === group.parts.length ? row.findIndex((reading) => reading === readings[index]) : null;
}

/** A number right behind `GPU` names one; what names none that is known is no reading. */
export function isIndex({ unit, start }: NumberClaim, text: string): boolean {
  return (
    unit === null &&
    /(?<![a-z])(?:gpus?|cuda|cards?|devices?|engines?|replicas?|node|host)\s?[#:-]?\s?$/.test(text.slice(0, start))
  );
}

const AIM = /\b(?:should|will|would|must|until|once|can|could|may)\b/;

/** What of a sentence numbers are read from. */
export type NumberText = Pick<CheckedSentence, 'cased' | 'text' | 'groups' | 'scope'>;

/** Finds which readings of the analysis the numbers of a sentence stand for. */
export class NumberMatcher {
  constructor(
    private readonly windowSeconds: number,
    private readonly views: FindingViews,
  ) {}

  /** The numbers of a sentence whose times have been taken out. */
  readings(sentence: NumberText, text: string): Reading[] {
    const masked = text.replace(PERCENTILE, (word) => '\u00b7'.repeat(word.length));
    return readNumbers(text, withMasks(sentence.cased, masked), sentence);
  }

  /** For each subject that is meant, the findings that may be spoken of. */
  viewsFor({ group }: Reading, scope: Scope): readonly (readonly FindingView[])[] {
    if (group === undefined) return [scope.views];
    return group.parts.map((ids) => viewsAbout(group, ids, scope, this.views));
  }

  /** What the number stands for, or what is wrong with it. */
  match(readings: readonly Reading[], index: number, { text, scope, previous }: MatchContext): string | NumberMatch {
    const reading = readings[index];
    if (reading === undefined) return 'There is no such number.';
    const { claim, context } = reading;
    const noun = countedNoun(claim, text);
    // `Fewer than 347 should wait` compares with what is, not what is.
    const isAimed = scope.place === 'effect' && AIM.test(text);
    const all = this.viewsFor(reading, scope);
    const part = partFor(readings, index);
    let first: NumberMatch | undefined;
    for (const views of part === null ? all : all.slice(part, part + 1)) {
      const check = new NumberCheck(factsOf(views, this.windowSeconds));
      const matched = check.matches(claim, context).filter((fact) => noun === null || counts(fact, noun, views));
      if (matched[0] === undefined)
        return `The number ${claim.text} is no reading, bound or count of what it is said of.`;
      const problem = isAimed ? null : check.directionProblem(claim, matched, context, previous);
      if (problem !== null) return problem;
      first ??= { claim, fact: matched[0] };
    }
    return first ?? `The number ${claim.text} belongs to nothing.`;
  }

  /** The numbers that stand for a reading; the others are left out. */
  matches(sentence: NumberText): NumberMatch[] {
    const { text } = withoutTimes(sentence.text, new Set());
    const readings = this.readings(sentence, text);
    const found: NumberMatch[] = [];
    for (const index of readings.keys()) {
      const match = this.match(readings, index, { text, scope: sentence.scope, previous: found.at(-1) });
      if (typeof match !== 'string') found.push(match);
    }
    return found;
  }
}

interface MatchContext {
  readonly text: string;
  readonly scope: Scope;
  readonly previous: NumberMatch | undefined;
}

/** Whether a number is a count of what the noun names, by its signal or in the words of the finding. */
function counts({ key, role, value }: Fact, noun: CountedNoun, views: readonly FindingView[]): boolean {
  const [findingId, signal = ''] = key.split('|');
  if (role !== 'text') return noun.signal.test(signal);
  const said = new RegExp(`\\b${value} (?:[a-z]+ ){0,2}(?:${noun.word.source})`);
  return views.some((view) => view.finding.id === findingId && said.test(view.text));
}

function withMasks(cased: string, text: string): string {
  let result = '';
  for (let at = 0; at < text.length; at += 1) result += text[at] === '\u00b7' ? '\u00b7' : (cased[at] ?? '');
  return result;
}
