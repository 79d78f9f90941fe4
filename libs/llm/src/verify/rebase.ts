import type { InsightRequest } from '@app/core';
import type { InsightDraft } from '../insight.schema.js';
import type { Fact } from './fact.js';
import { FindingViews } from './finding-views.js';
import { groupMentions } from './mention-groups.js';
import { MentionReader } from './mentions.js';
import { normalise, sentenceKey } from './normalise.js';
import type { NumberMatch } from './number-check.js';
import { withNumber } from './number-format.js';
import { NumberMatcher } from './number-matcher.js';
import { type Place, type Scope, scopeOf, summaryScope } from './scope.js';
import { sentencesOf } from './sentences.js';
import { subjectsOfFindings } from './subjects.js';

/** What a cached answer was written about, or is to be about now. JSON: both can be stored. */
export type RebaseContext = Pick<InsightRequest, 'analysis'>;

const NO_ACTIONS = { candidateActions: [] } as const;
const LONGEST_TEXT = 2000;

/** One analysis, as numbers are looked up in it. */
class Edition {
  readonly views: FindingViews;

  constructor({ analysis }: RebaseContext) {
    this.views = FindingViews.of({ analysis, ...NO_ACTIONS });
  }

  fact({ key, role, dimension }: Fact): Fact | undefined {
    const facts = this.views.get(key.split('|')[0] ?? '')?.facts ?? [];
    return facts.find((fact) => fact.key === key && fact.role === role && fact.dimension === dimension);
  }
}

class Rebase {
  private readonly then: Edition;
  private readonly now: Edition;
  private readonly mentions: MentionReader;
  private readonly numbers: NumberMatcher;

  constructor(then: RebaseContext, now: RebaseContext) {
    this.then = new Edition(then);
    this.now = new Edition(now);
    this.mentions = new MentionReader(subjectsOfFindings(then.analysis.findings));
    this.numbers = new NumberMatcher(then.analysis.windowSeconds, this.then.views);
  }

  draft(draft: InsightDraft): InsightDraft {
    return {
      summary: this.text(draft.summary, summaryScope(this.then.views)),
      rootCauses: draft.rootCauses.map(({ findingId, explanation }) => ({
        findingId,
        explanation: this.text(explanation, this.scope('cause', [findingId])),
      })),
      recommendations: draft.recommendations.map((one) => ({
        ...one,
        title: this.text(one.title, this.scope('title', one.findingIds)),
        rationale: this.text(one.rationale, this.scope('rationale', one.findingIds)),
        expectedEffect: this.text(one.expectedEffect, this.scope('effect', one.findingIds)),
      })),
    };
  }

  private scope(place: Place, ids: readonly string[]): Scope {
    const own = [...new Set(ids)].flatMap((id) => this.then.views.get(id) ?? []);
    return scopeOf(place, own, this.then.views);
  }

  private text(text: string, scope: Scope): string {
    return sentencesOf(text.slice(0, LONGEST_TEXT))
      .map((sentence) => this.told(sentence, scope) ?? this.sentence(sentence, scope))
      .join(' ');
  }

  /** A sentence of the earlier analysis is the same sentence of the present one. */
  private told(sentence: string, scope: Scope): string | null {
    const key = sentenceKey(sentence);
    const view = scope.views.find(({ sentences }) => sentences.has(key));
    const current = view && this.now.views.get(view.finding.id);
    if (!view || !current) return null;
    const earlier = sentencesOf(view.finding.summary);
    const at = earlier.findIndex((one) => sentenceKey(one) === key);
    const present = sentencesOf(current.finding.summary);
    return at >= 0 && present.length === earlier.length ? (present[at] ?? null) : null;
  }

  private sentence(sentence: string, scope: Scope): string {
    const cased = normalise(sentence);
    const lower = cased.toLowerCase();
    if (lower.length !== cased.length) return sentence;
    const { mentions, rest } = this.mentions.read(lower);
    const isKnown = mentions.every(({ parts }) => parts.every((ids) => ids.length > 0));
    const groups = isKnown ? groupMentions(mentions, rest) : [];
    const matches = this.numbers.matches({ cased, text: rest, groups, scope });
    const changed = matches.flatMap((match) => this.change(match));
    if (changed.length === 0) return sentence;
    return changed.reduceRight((text, { match, fact }) => withNumber(text, match, fact), cased);
  }

  private change(match: NumberMatch): { readonly match: NumberMatch; readonly fact: Fact }[] {
    const fact = this.now.fact(match.fact);
    return fact === undefined || fact.value === match.fact.value ? [] : [{ match, fact }];
  }
}

/**
 * A cached answer with the readings of now: a number that stood for a value or threshold of the earlier analysis is
 * rewritten to the same one of the present analysis, in the unit and precision of the sentence. The rest stays as it
 * is. The result is a draft: verify it against the present analysis.
 */
export function rebaseDraft(draft: InsightDraft, then: RebaseContext, now: RebaseContext): InsightDraft {
  return new Rebase(then, now).draft(draft);
}
