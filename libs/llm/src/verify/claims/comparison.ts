import { agrees, comparatorsIn } from '../comparators.js';
import type { FindingView } from '../finding-views.js';
import { readingNames, type TagSet, tagNamed, tagsOfText } from '../tags.js';
import { type ClaimCheck, type Clause, eachGroup, isWorded, withoutNameOfTtft } from './claim.js';

type Direction = 'above' | 'below';

const BOUND_NOUN =
  /^\s(?:(?:the|its|their|a|an|any|all|our|both|that|configured|latency|default|normal|service|power|temperature|thermal|slowdown|upper|lower|maximum|safe|usual)\s){0,4}(?:objectives?|targets?|slos?|thresholds?|limits?|bounds?|defaults?|maximum|minimum|normal|capacity|cap|baseline|ceiling|floor|expectations?|average|mean|range|budget|specification|spec)\b/;
/** Adjectives that hold a reading against what is usual. */
const HIGH =
  /\b(?:too |very |unusually |extremely |abnormally |relatively )?(?:high|elevated|excessive|large|huge|enormous|heavy|long)\b/;
const LOW =
  /\b(?:too |very |unusually |extremely |abnormally |relatively |only )?(?:low|reduced|small|tiny|little|short|scarce|modest)\b/;
/** Being where one should be. */
const AT_USUAL =
  /\b(?:is|are|was|stays?|runs?|stands?|sits?|remains?|set|back|works?) (?:at|to|on) (?:its|their|the) (?:defaults?|normal|usual|rated|nominal|objective|target|full|maximum|default)\b/;
const NOT_AN_ADJECTIVE =
  /\b(?:high(?:er)?[- ](?:priority|bandwidth|end|level|severity|availability)|long[- ](?:prompts?|running|term|lived)|large language|low[- ](?:risk|priority|precision|severity|effort)|short[- ](?:term|lived|prompts?)|long (?:enough|prompts?|prefills?)|as long as|how long|how high|how low|(?:high|medium|low) (?:confidence|findings?|severity|priority|risk|effort)|a little|larger|short of|large[- ]scale|small step)\b/g;
const SUPERLATIVE =
  /\b(?:hottest|coolest|coldest|slowest|fastest|busiest|idlest|fullest|emptiest|biggest|largest|smallest|highest|lowest|longest|shortest|oldest|newest|best|most (?:affected|loaded|used|utili[sz]ed|idle|efficient|expensive|overloaded)|least (?:affected|loaded|used|utili[sz]ed)|worst(?: affected)?)\b/;
const BETWEEN_SUBJECTS =
  /\b(?:hotter|cooler|slower|faster|busier|idler|fuller|higher|lower|larger|smaller|more|less|better|worse|older|newer) than\b[^.]{0,30}·|\b(?:than|as) (?:the |all |any )?(?:others?|rest|siblings?|peers?|neighbours?|remaining)\b|\b(?:outperform\w*|underperform\w*|unlike (?:the )?others?)\b/;

/** Left of a comparison stands what is compared. */
function bounded(
  views: readonly FindingView[],
  tags: TagSet,
): { readonly value: number; readonly bound: number; readonly signal: string }[] {
  const wanted = [...tags].filter(
    (tag) => (tagNamed(tag)?.dimensions.length ?? 0) > 0 && tagNamed(tag)?.facet === null,
  );
  return views.flatMap(({ facts }) =>
    facts
      .filter(
        ({ role, other, tags: own }) =>
          role === 'value' && other !== null && (wanted.length === 0 || wanted.some((tag) => own.has(tag))),
      )
      .map(({ value, other, key }) => ({ value, bound: other ?? 0, signal: key.split('|')[1] ?? '' })),
  );
}

/** `derived.ttftAboveObjectiveRatio` says in its name which way it means. */
function namedWay(signal: string): Direction | null {
  if (/Above/.test(signal)) return 'above';
  return /Below|Margin|Fast/.test(signal) ? 'below' : null;
}

function isShown(views: readonly FindingView[], tags: TagSet, direction: Direction, words: string): boolean {
  const pairs = bounded(views, tags);
  const ways = pairs.flatMap(({ value, bound, signal }) => [
    namedWay(signal),
    agrees(value, bound, { direction: 'above', isInclusive: true }) ? 'above' : 'below',
  ]);
  if (ways.length > 0) return ways.includes(direction);
  return siblingsShow(views, tags, direction) || isWorded(views, words.trim());
}

/** The limit that is read beside its default, the clock beside its maximum. */
function siblingsShow(views: readonly FindingView[], tags: TagSet, direction: Direction): boolean {
  return views.some(({ facts, text }) => {
    if (
      comparatorsIn(text).some(
        (found) => found.direction === direction && [...tagsOfText(text)].some((tag) => tags.has(tag)),
      )
    )
      return true;
    const limits = facts.filter(
      ({ role, tags: own }) => role === 'value' && (own.has('default') || own.has('highest')),
    );
    return facts.some(
      (fact) =>
        fact.role === 'value' &&
        [...tags].some((tag) => fact.tags.has(tag)) &&
        limits.some(
          (limit) =>
            limit.dimension === fact.dimension &&
            limit.key !== fact.key &&
            agrees(fact.value, limit.value, { direction, isInclusive: false }),
        ),
    );
  });
}

function comparisonProblem(clause: Clause, earlier: string): string | null {
  for (const { start, end, direction } of comparatorsIn(clause.text)) {
    const noun = BOUND_NOUN.exec(clause.text.slice(end));
    if (!noun) continue;
    const left = clause.text.slice(0, start);
    const own = tagsOfText(left.replace(/\b(?:defaults?|limits?) (?:of|is)?$/, ''));
    const tags = own.size > 0 ? own : tagsOfText(earlier);
    if (!eachGroup(clause, (views) => isShown(views, tags, direction, noun[0]))) {
      return `It says that something is ${direction}${noun[0]}, which the readings do not show.`;
    }
  }
  return null;
}

function adjectiveProblem(clause: Clause): string | null {
  const text = clause.text.replace(NOT_AN_ADJECTIVE, (words) => '\u00b7'.repeat(words.length));
  for (const [direction, words] of [
    ['above', HIGH],
    ['below', LOW],
  ] as const) {
    const match = words.exec(text);
    if (!match) continue;
    const near = tagsOfText(text.slice(Math.max(0, match.index - 40), match.index + match[0].length + 40));
    if (near.size === 0 && match[0].startsWith('too ') && !eachGroup(clause, (views) => isWorded(views, match[0]))) {
      return `It calls something ${match[0]}, which the analysis does not.`;
    }
    if (near.size === 0) continue;
    const holds = eachGroup(clause, (views) => {
      const pairs = bounded(views, near);
      if (pairs.length === 0) return isWorded(views, match[0]) || isTelling(views, near, direction, clause.text);
      return (
        isShown(views, near, direction, match[0]) ||
        isWorded(views, match[0]) ||
        isTelling(views, near, direction, clause.text)
      );
    });
    if (!holds) return `It calls something ${match[0]}, which the readings do not show.`;
  }
  return null;
}

/** Without a bound, a share near one of its ends is high or low, and other readings are what one calls them. */
function isTelling(views: readonly FindingView[], tags: TagSet, direction: Direction, text: string): boolean {
  const named = views
    .flatMap(({ facts: all }) => all)
    .filter(
      ({ role, key }) => role === 'value' && readingNames(key.split('|')[1] ?? '').some((name) => text.includes(name)),
    );
  if (named.length > 0)
    return named.some(({ value, other }) => other === null && (direction === 'above' ? value >= 1 : value < 1));
  const facts = views.flatMap(({ facts: all }) =>
    all.filter(({ role, tags: own }) => role === 'value' && [...tags].some((tag) => own.has(tag))),
  );
  const shares = facts.filter(({ dimension }) => dimension === 'share');
  if (shares.some(({ value }) => (direction === 'above' ? value >= 0.7 : value <= 0.3))) return true;
  return facts.some(
    ({ dimension, other, value }) => dimension !== 'share' && other === null && (value !== 0 || direction === 'below'),
  );
}

/** What is called higher, lower, high or low has to be so. */
export const comparisonClaim: ClaimCheck = ({ clauses, text, scope }) => {
  const isLookingAhead = scope.place === 'effect';
  for (const clause of clauses) {
    const isHypothetical = /\b(?:should|would|could|until|once|if|to|must|may|might|will)\b/.test(
      withoutNameOfTtft(clause.text),
    );
    if (!(isLookingAhead && isHypothetical)) {
      const problem =
        comparisonProblem(clause, text.slice(0, clause.start)) ?? (isLookingAhead ? null : adjectiveProblem(clause));
      if (problem !== null && !isHypothetical) return problem;
    }
    const usual = AT_USUAL.exec(clause.text)?.[0];
    if (usual !== undefined && !isHypothetical && !isWorded(clause.groups.flat(), usual))
      return `It says that something ${usual}, which the readings do not show.`;
    const superlative = SUPERLATIVE.exec(clause.text)?.[0] ?? BETWEEN_SUBJECTS.exec(clause.text)?.[0];
    if (superlative !== undefined && !isWorded(clause.groups.flat(), superlative)) {
      return 'It compares devices in a way that the analysis does not.';
    }
  }
  return null;
};
