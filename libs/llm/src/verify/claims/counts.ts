import type { InsightRequest, SubjectKind } from '@app/core';
import type { FindingView } from '../finding-views.js';
import type { NumberClaim } from '../number-claims.js';
import type { Scope } from '../scope.js';
import { tagNamed, tagsOfText } from '../tags.js';

type Known = Pick<InsightRequest, 'analysis' | 'snapshot'>;

const NOUNS: readonly (readonly [SubjectKind, RegExp])[] = [
  [
    'gpu',
    /^\s*(?:(?:other|busy|idle|affected|hot|of the|of its|nvidia|h\d00|a\d00) ){0,2}(?:gpus?|graphics cards?|cards?|devices?|accelerators?)\b/,
  ],
  ['engine', /^\s*(?:(?:other|busy|idle|affected|of the|of its|vllm|sglang) ){0,2}(?:engines?|replicas?|instances?)\b/],
];
const OF_ALL = /\b(?:of|all|its|has|have|with)\s(?:the\s|all\s)?$|\bhost(?:'s)?\s$/;

function distinct(views: readonly FindingView[], kind: SubjectKind): number {
  return new Set(views.filter(({ finding }) => finding.subject.kind === kind).map(({ finding }) => finding.subject.id))
    .size;
}

/** Only counts of the analysis may stand in front of these. */
const OF_THE_ANALYSIS =
  /^\s*(?:(?:confirmed|critical|high|medium|low|info|severity|distinct|different|separate|linked|open|root|suspected)[\s-]){0,3}(?:findings?|problems?|issues?|conditions?|causes?|symptoms?|rules?|suspicions?)\b/;

/** What counted things are called in signals and in sentences. */
export interface CountedNoun {
  readonly signal: RegExp;
  readonly word: RegExp;
}

/** The things that a number counts, where only counts of those may be meant; null for any other. */
export function countedNoun({ numberEnd }: NumberClaim, text: string): CountedNoun | null {
  const rest = text.slice(numberEnd, numberEnd + 60);
  if (OF_THE_ANALYSIS.test(rest)) return { signal: /^$/, word: /^$/ };
  const kind = NOUNS.find(([, noun]) => noun.test(rest))?.[0];
  if (kind === undefined) return null;
  return kind === 'gpu'
    ? { signal: /^derived\.\w*gpus/i, word: /gpus?/ }
    : { signal: /^derived\.(?:\w*engines|replicas)/i, word: /engines?|replicas?/ };
}

/** `3 GPUs are too hot`: as many as have a finding that is about it. */
function subjectsHold(
  { value, numberEnd, start }: NumberClaim,
  text: string,
  scope: Scope,
  { snapshot }: Known,
): boolean {
  const rest = text.slice(numberEnd, numberEnd + 50);
  const kind = NOUNS.find(([, noun]) => noun.test(rest))?.[0];
  if (kind === undefined) return false;
  const topics = [...tagsOfText(text)].filter((name) => tagNamed(name)?.isTopic);
  const about = scope.views.filter(({ tags, wordTags }) =>
    topics.every((topic) => (topic.startsWith('is-') ? wordTags : tags).has(topic)),
  );
  if (distinct(about, kind) === value) return true;
  const total = kind === 'gpu' ? snapshot.gpus.length : snapshot.engines.length;
  return (
    total === value && OF_ALL.test(text.slice(0, start)) && !/\ball\s(?:of\s)?(?:the\s)?$/.test(text.slice(0, start))
  );
}

function findingsHold({ value, numberEnd }: NumberClaim, text: string, scope: Scope, { analysis }: Known): boolean {
  const rest = text.slice(numberEnd, numberEnd + 60);
  const confirmed = analysis.findings.filter(({ state }) => state === 'confirmed');
  const { rulesEvaluated, rulesTotal } = analysis.coverage;
  const severity = /^\s*(?:confirmed\s)?(critical|high|medium|low|info)\b/.exec(rest)?.[1];
  const ofSeverity = severity === undefined ? confirmed : confirmed.filter((finding) => finding.severity === severity);
  const counts: readonly (readonly [RegExp, number])[] = [
    [
      /^\s*(?:(?:confirmed|critical|high|medium|low|info|severity|distinct|different|separate|linked|open)[\s-]){0,3}(?:findings?|problems?|issues?|conditions?)\b/,
      ofSeverity.length,
    ],
    [/^\s*(?:confirmed )?root causes?\b/, confirmed.filter(({ rootCause }) => rootCause).length],
    [/^\s*(?:symptoms?|consequences?|effects?)\b/, confirmed.filter(({ rootCause }) => !rootCause).length],
    [/^\s*(?:suspected|suspicions?)\b/, analysis.findings.length - confirmed.length],
    [/^\s*(?:rules?|of\s(?:the\s)?\d+\srules?)\b/, rulesEvaluated],
    [/^\s*rules?\b/, rulesTotal],
  ];
  const kind = /^\s*(gpu|engine|host|cache)[\s-]findings?\b/.exec(rest)?.[1];
  if (kind !== undefined) return confirmed.filter(({ subject }) => subject.kind === kind).length === value;
  if (counts.some(([noun, count]) => noun.test(rest) && count === value)) return true;
  return /^\s*findings?\b/.test(rest) && value === scope.own.length && scope.place !== 'summary';
}

function scoreHolds({ value, start }: NumberClaim, text: string, { analysis }: Known): boolean {
  const before = text.slice(Math.max(0, start - 40), start);
  return /\bhealth score(?: \w+){0,2}\s$/.test(before) && value === analysis.healthScore;
}

/** Counts that are true of the analysis as a whole, each only in front of its noun. */
export function countHolds(
  claim: NumberClaim,
  text: string,
  scope: Scope,
  known: Known,
  views: readonly (readonly FindingView[])[],
): boolean {
  if (views.length > 1) return false;
  const isBare = claim.unit === null || claim.unit.dimension === 'count';
  if (!isBare) return false;
  return (
    findingsHold(claim, text, scope, known) || subjectsHold(claim, text, scope, known) || scoreHolds(claim, text, known)
  );
}
