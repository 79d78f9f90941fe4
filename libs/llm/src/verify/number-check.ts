import { agrees, type Comparator, comparatorsIn } from './comparators.js';
import type { Fact } from './fact.js';
import type { NumberClaim } from './number-claims.js';
import type { NumberContext } from './number-context.js';
import { states } from './number-match.js';
import { areOpposed, readingNames, tagNamed, tagsFor, tagsOfText } from './tags.js';

/** Words that make a number a bound, with what a bound and what a reading has to be called to be meant. */
const BOUND_WORDS: readonly (readonly [RegExp, RegExp, RegExp])[] = [
  [/\b(?:objectives?|targets?|slos?|goals?)\b/, /objective|slo|configuration|settings|ttft|latency/, /^$/],
  [/\b(?:thresholds?|bounds?|alarm|trigger|criterion)\b/, /bound/, /^$/],
  [/\bdefaults?\b/, /default/, /default/],
  [
    /\b(?:limits?|caps?|maximum|max|minimum|min|allowed|permitted|ceiling|slots?|configured|may (?:reach|draw))\b/,
    /limit|max|cap|slowdown|shutdown|objective|bound|chunk size|reference/,
    /limit|max|cap|slowdown|shutdown|expected|reference/,
  ],
  [
    /\b(?:normal|usual|nominal|expected|baseline|budget|acceptable|healthy|recommended)\b/,
    /bound/,
    /baseline|expected|reference|before|mean|peer|default/,
  ],
];
const BEFORE_BOUND =
  /(?:\b(?:against|versus|vs\.?|instead of|rather than|compared (?:to|with)|relative to|out of|than|above|below|over|under|beyond|exceed(?:s|ed|ing)?|at least|at most|within|up to|past|>=?|<=?)|[/<>≥≤]|limit|bound|threshold|objective|target|default|maximum|max|cap|(?:maximum|max|allowed|permitted)(?:\s\w+){1,2}(?=\s(?:is|of|at|:))|(?:objective|threshold|target|default|slo) of (?:[\w\u00b7-]+\s){0,6}[\w\u00b7-]+(?=\s(?:is|at|:)))\s*[:=]?\s*(?:the|its|a|an|is|of|at)?\s*(?:about |around |only )?$/;
const DIFFERENCE =
  /^\s*(?:(?:too|points?|degrees)\s)?(?:above|below|over|under|short of|away from|beyond|past|higher|lower|more|less|faster|slower|hotter|cooler|later|earlier|longer|shorter|worse|better)\b/;

/** After these a comparison is over: `later than the objective is 31 %`. */
const BETWEEN = /\b(?:is|was|are|were|be|reach(?:es|ed)?|stands?|makes?|amounts?|for|by|in)\b|[:=]/;

export interface NumberMatch {
  readonly claim: NumberClaim;
  readonly fact: Fact;
}

/** What has to be said, because the plain word means another reading. */
const MARKED = [
  'default',
  'lowest',
  'highest',
  'margin',
  'memory-heat',
  'memory-clock',
  'p50',
  'p99',
  'waiting',
  'deferred',
  'earlier',
  'peers',
];
/** These have to be said beside the number itself. */
const SAID_HERE = ['earlier'];
const IN_A_WINDOW =
  /\b(?:over|for|within|in|during|last|past|window|interval|seen|since|ago|observed|lasted|lasts|watched|measured|throughout|every|of data|cover(?:s|ed|ing)?|span\w*)\b/;

function isMarked(tag: string, { tags, words, following }: NumberContext): boolean {
  if (tag === 'margin' && DIFFERENCE.test(following)) return true;
  return SAID_HERE.includes(tag) ? tagsOfText(words).has(tag) : tags.includes(tag);
}

/** Common words that may also tell readings apart. */
const WEAK = ['earlier', 'had', 'needed'];
/** Said of many readings at once. */
const VAGUE = ['requests', 'latency', 'prompt', 'memory'];

/** Where nothing else of its dimension is known, a reading needs no mark. */
function tagNeeded(tag: string, fact: Fact, others: readonly Fact[]): boolean {
  return others.some((other) => other.dimension === fact.dimension && other.role !== 'window' && !other.tags.has(tag));
}

/** How long something was watched is no reading: `over 60 s`, and not `a latency of 60 s`. */
function isWindow({ before, after }: NumberContext): boolean {
  const words = `${before.slice(-40)} ${after.slice(0, 40)}`;
  return IN_A_WINDOW.test(words) && tagsFor('time', tagsOfText(words)).every((tag) => WEAK.includes(tag));
}

/** The memory of the GPU is the memory; the cap on running sequences is the cap. */
function isUndisputed(tag: string, _: number, tags: readonly string[]): boolean {
  if (tag === 'running') return !tags.includes('cap');
  return tag !== 'gpu-heat' || !tags.includes('memory-heat');
}

const SETS =
  /\b(?:set|lower\w*|rais\w+|reduc\w+|increas\w+|restor\w+|chang\w+|limit(?:ing)? (?:the|it)|cap(?:ping)?|lock\w*|us(?:e|ing)|adjust\w*|propos\w+|suggest\w*|recommend\w*|add\w*|switch\w*|review\w*|try|go)\b/;

/** A proposed value is what something is to be set to; it is no reading. */
function isSetting({ tags }: Fact, { preceding, before }: NumberContext): boolean {
  const isTarget = /\bto\s*(?:about |the )?(?:proposed |value )?$/.test(before);
  if (!isTarget && !(SETS.test(preceding) && /(?:\b(?:at|of|with|value|by|add\w*)|=)\s*(?:the )?$/.test(before)))
    return false;
  const said = tagsOfText(preceding);
  return [...tags].some((tag) => said.has(tag));
}

/** The number has to be about what the words around it are about. */
function isAbout(fact: Fact, context: NumberContext, others: readonly Fact[]): boolean {
  if (fact.role === 'window') return isWindow(context);
  if (fact.role === 'parameter') return isSetting(fact, context);
  const { words, signals } = context;
  const signal = fact.key.split('|')[1] ?? '';
  const isNamed = (one: Fact): boolean => signals?.has(one.key.split('|')[1] ?? '') ?? false;
  // `Power limit` may name a ratio; of watts it then says nothing.
  if (others.some((other) => other.dimension === fact.dimension && isNamed(other))) return isNamed(fact);
  if (readingNames(signal).some((name) => words.includes(name))) return true;
  const here = tagsOfText(words);
  const said = context.tags.filter((tag) => !SAID_HERE.includes(tag) || here.has(tag));
  const tags = tagsFor(fact.dimension, new Set(said)).filter(isUndisputed);
  const isPlainBound = fact.role === 'bound' && /\b(?:threshold|bound|rule asks)\b/.test(context.before);
  if (
    !isPlainBound &&
    tagsFor(fact.dimension, fact.tags).some(
      (tag) => MARKED.includes(tag) && tagNeeded(tag, fact, others) && !isMarked(tag, context),
    )
  )
    return false;
  if (tags.length === 0) return true;
  const known = [...fact.tags];
  if (tags.some((tag) => !fact.tags.has(tag) && known.some((own) => areOpposed(tag, own) && !tags.includes(own))))
    return false;
  const missing = tags.filter((tag) => !fact.tags.has(tag) && !VAGUE.includes(tag));
  if (tags.some((tag) => !WEAK.includes(tag)) && !tags.some((tag) => fact.tags.has(tag))) return false;
  const rivals = others.filter((other) => other.role !== 'text' && other.dimension === fact.dimension);
  return !missing.some((tag) =>
    rivals.some((rival) => rival.key !== fact.key && rival.tags.has(tag) && !shares(rival, fact, tags)),
  );
}

/** A rival that has no more of the words than the fact itself, or none of its topic, says nothing against it. */
function shares(rival: Fact, fact: Fact, tags: readonly string[]): boolean {
  const lacksTopic = tags.some((tag) => tagNamed(tag)?.isTopic && fact.tags.has(tag) && !rival.tags.has(tag));
  if (lacksTopic) return true;
  const of = (one: Fact): number =>
    tags.filter((tag) => one.tags.has(tag)).reduce((sum, tag) => sum + weightOf(tag), 0);
  return of(rival) < of(fact);
}

/** `98 % of the limit`, `the limit was hit`: the word is there, and the number is no bound. */
const NOT_A_BOUND =
  /(?:share|percentage|fraction|part|ratio|%) of (?:the |its )?(?:\w+ ){0,2}(?:limit|cap|maximum|default|objective)|\b(?:limit|cap) (?:was|is) (?:hit|reached)|\b(?:under|at) the (?:\w+ ){0,2}cap\b|\b(?:than|above|below|over|under|beyond|within|exceed\w*|miss\w*) (?:the|its|their) (?:\w+ )?(?:objective|target|slo|threshold|limit|bound|default)s?(?=\s(?:is|was|are|were|reached|stands?|for|in|by|amounts?|makes?|of (?:the engine|·)|on|·))/g;

/** A topic says more than running or waiting, and that more than `requests`. */
function weightOf(tag: string): number {
  const known = tagNamed(tag);
  return known?.isTopic ? 4 : known?.facet === null ? 1 : 2;
}

function boundWordOf({ before, after }: NumberContext): { readonly bound: RegExp; readonly value: RegExp } | null {
  const near = `${before.slice(-60)} | ${after.slice(0, 30)}`.replace(NOT_A_BOUND, ' ');
  const row = BOUND_WORDS.find(([words]) => words.test(near));
  return row ? { bound: row[1], value: row[2] } : null;
}

/** Whether the words make the number a bound, and the fact may be called one. */
function fitsRole(fact: Fact, context: NumberContext): boolean {
  const meant = boundWordOf(context);
  const isHeldAgainst = context.isOfNumber || BEFORE_BOUND.test(context.before.replace(NOT_A_BOUND, 'reading'));
  if (fact.role === 'window' || fact.role === 'parameter') return true;
  const name = `${fact.kind} ${fact.key.split('|')[1] ?? ''}`.toLowerCase();
  if (fact.role === 'bound') return meant === null ? isHeldAgainst : meant.bound.test(name);
  if (meant === null || fact.role === 'text') return true;
  // A reading that is itself a limit is called one; a reading that only stands beside the word is not the bound.
  return meant.value.test(name) || !isHeldAgainst;
}

/** `64 of 48`: a part is no more than the whole. */
function isTooMuch({ value, unit }: NumberClaim, matched: readonly Fact[], previous: NumberMatch | undefined): boolean {
  if (previous === undefined || (unit !== null && unit.dimension !== 'count')) return false;
  return (
    matched.every(({ dimension }) => dimension === 'count') &&
    previous.fact.dimension === 'count' &&
    previous.claim.value > value
  );
}

export class NumberCheck {
  constructor(private readonly facts: readonly Fact[]) {}

  /** The facts that the claim may state, by value, role and subject matter. */
  matches(claim: NumberClaim, context: NumberContext): Fact[] {
    return this.facts.filter(
      (fact) => states(claim, fact) && fitsRole(fact, context) && isAbout(fact, context, this.facts),
    );
  }

  /** Null, or what is wrong with how the number is held against another. */
  directionProblem(
    claim: NumberClaim,
    matched: readonly Fact[],
    context: NumberContext,
    previous: NumberMatch | undefined,
  ): string | null {
    if (context.isPartOf && isTooMuch(claim, matched, previous)) return `It has more than all of ${claim.text}.`;
    const comparator = comparatorsIn(context.before).at(-1);
    const isHeld = comparator !== undefined && !BETWEEN.test(context.before.slice(comparator.end));
    if (
      comparator !== undefined &&
      isHeld &&
      !matched.some((fact) => this.holds(fact, claim, comparator, context, previous))
    ) {
      return `It says that something is ${comparator.direction} ${claim.text}, which the readings do not show.`;
    }
    if (DIFFERENCE.test(context.following) && !matched.some((fact) => isDifference(fact, context.following))) {
      return `The difference of ${claim.text} is not a reading of the analysis.`;
    }
    return null;
  }

  private holds(
    fact: Fact,
    claim: NumberClaim,
    comparator: Comparator,
    { before }: NumberContext,
    previous: NumberMatch | undefined,
  ): boolean {
    if (fact.role === 'window' || fact.role === 'parameter' || fact.role === 'text')
      return this.textHolds(claim, comparator, previous);
    if (previous !== undefined && previous.fact.dimension === fact.dimension && previous.fact.key !== fact.key) {
      return agrees(previous.fact.value, fact.value, comparator);
    }
    if (fact.role === 'bound') return fact.other === null || agrees(fact.other, fact.value, comparator);
    // The reading itself, told by a round number beside it: `over 97 %` of 97.9 %.
    const scale = claim.unit?.scale ?? fact.nativeScale;
    if (agrees(fact.value, claim.value * scale, comparator)) return true;
    return this.siblings(fact, before).some((sibling) => agrees(sibling.value, fact.value, comparator));
  }

  /** Without a reading of its own, a number is at least right towards the one before it. */
  private textHolds(claim: NumberClaim, comparator: Comparator, previous: NumberMatch | undefined): boolean {
    if (previous === undefined || previous.fact.dimension !== (claim.unit?.dimension ?? 'count')) return true;
    return agrees(previous.fact.value, claim.value * (claim.unit?.scale ?? 1), comparator);
  }

  /** Other readings of the same finding in the same dimension: the limit in `the limit is below the default of 700 W`. */
  private siblings(fact: Fact, before: string): Fact[] {
    const finding = fact.key.split('|')[0];
    return this.facts.filter(
      (other) =>
        other.role === 'value' &&
        other.key !== fact.key &&
        other.dimension === fact.dimension &&
        other.key.split('|')[0] === finding &&
        tagsFor(other.dimension, tagsOfText(before)).some((tag) => other.tags.has(tag) && !fact.tags.has('margin')),
    );
  }
}

/** `3 °C below the limit` is a reading only where the analysis reads the margin itself. */
function isDifference(fact: Fact, after: string): boolean {
  if (fact.role === 'text' || isPlainAfter(after)) return true;
  if (!fact.tags.has('margin')) return false;
  const direction = /\b(?:above|over|beyond|past|higher|hotter)\b/.test(after) ? -1 : 1;
  return Math.sign(fact.value) * direction >= 0;
}

/** `12 requests more wait` is a difference; `97 % under load` and `12 waiting longer` are not. */
function isPlainAfter(after: string): boolean {
  return /^\s*(?:under (?:load|pressure|heavy|full|these)|over (?:the|a) (?:window|interval|last|\d)|later than|earlier than|longer than|more than|less than|slower than|faster than)/.test(
    after,
  );
}
