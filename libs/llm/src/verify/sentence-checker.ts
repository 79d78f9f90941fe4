import type { InsightRequest } from '@app/core';
import { absenceClaim } from './claims/absence.js';
import { actionClaim } from './claims/action.js';
import { causeClaim } from './claims/cause.js';
import type { CheckedSentence, ClaimCheck, Clause } from './claims/claim.js';
import { commandClaim } from './claims/command.js';
import { comparisonClaim } from './claims/comparison.js';
import { healthClaim } from './claims/health.js';
import { foreignClaim } from './claims/language.js';
import { isOrder, metaClaim } from './claims/meta.js';
import { numberClaim } from './claims/number.js';
import { quantifierClaim } from './claims/quantifier.js';
import { severityClaim } from './claims/severity.js';
import { timeClaim } from './claims/time.js';
import { topicClaim } from './claims/topic.js';
import { trendClaim } from './claims/trend.js';
import { vocabularyClaim } from './claims/vocabulary.js';
import type { FindingView, FindingViews } from './finding-views.js';
import { KnownNames } from './known-names.js';
import { type Mention, MentionReader, type ReadMentions } from './mentions.js';
import { groupMentions, type MentionGroup } from './mention-groups.js';
import { normalise, sentenceKey } from './normalise.js';
import { clauseStarts } from './number-context.js';
import { namedReadings, withoutNames } from './reading-names.js';
import { finish } from './slices.js';
import { type Scope, viewsAbout } from './scope.js';
import { namedSubjects } from './subjects.js';
import { tagsOfText } from './tags.js';

const LONGEST_SENTENCE = 600;

/** Says what is wrong with a sentence, against the numbers, names and words of one analysis. */
export class SentenceChecker {
  private readonly names: KnownNames;
  private readonly mentions: MentionReader;
  /** Before names are looked for. */
  private readonly formChecks: readonly ClaimCheck[] = [foreignClaim];
  /** On the sentence as it stands. */
  private readonly numberChecks: readonly ClaimCheck[];
  /** On the sentence without names of readings, whose words (`hottest`, `failed`) claim nothing. */
  private readonly wordChecks: readonly ClaimCheck[];

  constructor(
    request: InsightRequest,
    private readonly views: FindingViews,
  ) {
    this.names = new KnownNames(request);
    this.mentions = new MentionReader(namedSubjects(request));
    const { healthStatus } = request.analysis;
    this.numberChecks = [numberClaim(request, views)];
    this.wordChecks = [
      metaClaim,
      commandClaim,
      timeClaim,
      quantifierClaim(request),
      severityClaim(healthStatus),
      healthClaim(healthStatus),
      topicClaim,
      absenceClaim,
      trendClaim,
      comparisonClaim,
      actionClaim,
      causeClaim,
      vocabularyClaim,
    ];
  }

  /** Null when all that the sentence says is known. */
  problemOf(sentence: string, scope: Scope): string | null {
    return finish(this.steps(sentence, scope));
  }

  /** One check per step: on first use each has patterns to compile. */
  *steps(sentence: string, scope: Scope): Generator<undefined, string | null> {
    const cased = normalise(sentence);
    const lower = cased.toLowerCase();
    if (cased.length > LONGEST_SENTENCE || lower.length !== cased.length)
      return 'It is too long or too strange to be checked.';
    if (isTrusted(sentenceKey(sentence), scope)) return null;
    yield;
    const { mentions, rest } = this.mentioned(lower, scope);
    if (mentions.some(({ text }) => isOrder(text))) return 'It repeats what a name tells to do.';
    if (this.isAttributed(lower, mentions, scope)) return null;
    const unknown = mentions.find(({ parts }) => parts.length === 0 || parts.some((ids) => ids.length === 0));
    if (unknown) return `There is no ${unknown.text} in the analysis.`;
    const text = this.names.mask(rest);
    yield;
    return yield* this.judge(cased, text, groupMentions(mentions, text), scope);
  }

  /** `Tensor parallel gpus: 4` names a reading and no GPU. */
  private mentioned(lower: string, { views }: Scope): ReadMentions {
    const names = namedReadings(lower, views).filter(({ start, end }) =>
      /gpu|engine|replica|node/.test(lower.slice(start, end)),
    );
    const { mentions, rest } = this.mentions.read(withoutNames(lower, names));
    const isName = (at: number): boolean => names.some(({ start, end }) => at >= start && at < end);
    return {
      mentions,
      rest: rest
        .split('')
        .map((character, at) => (isName(at) ? (lower[at] ?? character) : character))
        .join(''),
    };
  }

  /** Whether the request has this very name. */
  knowsName(name: string): boolean {
    return this.names.knows(name);
  }

  private *judge(
    cased: string,
    text: string,
    groups: readonly MentionGroup[],
    scope: Scope,
  ): Generator<undefined, string | null> {
    for (const group of groups) {
      const missing = group.parts.find((ids) => viewsAbout(group, ids, scope, this.views).length === 0);
      if (missing) return `No finding of the text is about ${group.text}.`;
    }
    const sentence: CheckedSentence = { cased, text, scope, clauses: this.clauses(text, groups, scope), groups };
    const worded = { ...sentence, ...withoutReadings(sentence) };
    yield;
    const name = this.names.unknownIn(withMasks(cased, text));
    yield;
    for (const check of this.formChecks) {
      const problem = check(sentence);
      if (problem !== null) return problem;
    }
    if (name !== null) return `It names ${name}, which is not in the analysis.`;
    for (const check of this.numberChecks) {
      const problem = check(sentence);
      if (problem !== null) return problem;
      yield;
    }
    for (const check of this.wordChecks) {
      const problem = check(worded);
      if (problem !== null) return problem;
      yield;
    }
    return null;
  }

  private clauses(text: string, groups: readonly MentionGroup[], scope: Scope): Clause[] {
    const starts = clauseStarts(text);
    return starts.flatMap((start, index) => {
      const part = text.slice(start, starts[index + 1]);
      if (!/[\p{L}\d]/u.test(part)) return [];
      const end = start + part.length;
      const named = groups.filter((group) => group.start >= start && group.start < end);
      const relevant = named.length > 0 ? named : groups.filter((group) => group.start < start).slice(-1);
      return [{ start, text: part, tags: tagsOfText(part), groups: this.viewGroups(relevant, scope) }];
    });
  }

  private viewGroups(groups: readonly MentionGroup[], scope: Scope): (readonly FindingView[])[] {
    if (groups.length === 0) return [scope.views];
    return groups.flatMap((group) => group.parts.map((ids) => viewsAbout(group, ids, scope, this.views)));
  }

  /** `On GPU 3, …` in front of a sentence of the analysis about GPU 3 leaves it what it is. */
  private isAttributed(sentence: string, mentions: readonly Mention[], scope: Scope): boolean {
    const [mention] = mentions;
    if (mention === undefined || mentions.length > 1 || mention.parts.length !== 1) return false;
    const [ids = []] = mention.parts;
    const before = sentence.slice(0, mention.start);
    const after = sentence.slice(mention.end);
    const isLeading = /^(?:(?:on|for|at|in)\s)?$/.test(before) && /^\s*[:,-]\s/.test(after);
    const isTrailing = /(?:\son|\sof|\sat|\sfor|:|\s\()\s?$/.test(before) && /^\)?[.!]?$/.test(after);
    if (!isLeading && !isTrailing) return false;
    const core = isLeading
      ? after.replace(/^\s*[:,-]\s/, '')
      : before.replace(/(?:\son|\sof|\sat|\sfor|:|\s\()\s?$/, '');
    const about = scope.views.filter(({ finding }) => ids.includes(finding.subject.id));
    return about.some(({ sentences }) => sentences.has(sentenceKey(core)));
  }
}

function withoutName(text: string, name: string): string {
  let masked = text;
  for (let at = masked.indexOf(name); at >= 0; at = masked.indexOf(name, at + 1)) {
    const end = at + name.length;
    if (/[a-z\d]/.test(`${masked[at - 1] ?? ' '}${masked[end] ?? ' '}`)) continue;
    masked = masked.slice(0, at) + '\u00b7'.repeat(name.length) + masked.slice(end);
  }
  return masked;
}

/** Takes out what readings are called, so that only what is said of them is left. */
function withoutReadings({ text, clauses }: CheckedSentence): Pick<CheckedSentence, 'text' | 'clauses'> {
  const views = new Set(clauses.flatMap(({ groups }) => groups.flat()));
  const names = new Set([...views].flatMap(({ readingNames }) => readingNames).filter((name) => text.includes(name)));
  // Without a number it is the name that is spoken of: `load per core is too high`.
  if (!/\d/.test(text)) return { text, clauses };
  let masked = text;
  for (const name of [...names].sort((left, right) => right.length - left.length)) masked = withoutName(masked, name);
  if (masked === text) return { text, clauses };
  const parts = clauses.map((clause) => {
    const part = masked.slice(clause.start, clause.start + clause.text.length);
    return { ...clause, text: part, tags: tagsOfText(part) };
  });
  return { text: masked, clauses: parts };
}

/** The capitals of the sentence, and the masks of the text. */
function withMasks(cased: string, text: string): string {
  let result = '';
  for (let at = 0; at < text.length; at += 1) result += text[at] === '\u00b7' ? '\u00b7' : (cased[at] ?? '');
  return result;
}

/** A sentence that the analysis or the catalogue wrote, about what the text is about. */
function isTrusted(key: string, { views, own, place }: Scope): boolean {
  if (views.some(({ sentences }) => sentences.has(key))) return true;
  return place !== 'cause' && own.some(({ actions }) => actions.some(({ sentences }) => sentences.has(key)));
}
