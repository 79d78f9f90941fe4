import {
  type ActionDefinition,
  type CandidateAction,
  type Finding,
  type InsightRequest,
  type Insights,
  PRIORITIES,
  type Priority,
  type Recommendation,
  SEVERITIES,
} from '@app/core';
import type { DraftRecommendation, InsightDraft } from '../insight.schema.js';
import { riskLevel } from '../risk-level.js';
import { asData } from '../untrusted-text.js';
import { checkAction } from './action-check.js';
import { type FindingView, FindingViews } from './finding-views.js';
import { withoutInvisible } from './normalise.js';
import { Removals } from './removals.js';
import { type Place, type Scope, scopeOf, summaryScope } from './scope.js';
import { SentenceChecker } from './sentence-checker.js';
import { compileTags } from './tags.js';
import { sentencesOf } from './sentences.js';
import { finish, finishInSlices } from './slices.js';

/** More is no longer advice. */
const MOST_RECOMMENDATIONS = 10;
const MOST_ROOT_CAUSES = 20;
/** Findings and evidence that one recommendation may cite. */
const MOST_REFERENCES = 200;
/** Of all texts of an answer together: what is checked, the event loop waits for. */
const MOST_SENTENCES = 240;
const LONGEST_TEXT = 2000;
const LEVELS = ['low', 'medium', 'high'] as const;
const NOT_CONFIRMED = 'There is no such confirmed finding in the analysis.';
const NOTHING_MORE_TO_SAY = 'The findings named here should clear.';

/** What is left of a draft, and what was taken out of it. */
export interface VerifiedInsights {
  readonly summary: string;
  readonly rootCauses: Insights['rootCauses'];
  readonly recommendations: readonly Recommendation[];
  readonly grounding: Insights['grounding'];
}

type Steps<T> = Generator<undefined, T>;
type VerifiedAction = { readonly isKept: boolean; readonly action: CandidateAction | null };

/** Checks a draft sentence by sentence against one analysis. */
class Verification {
  private readonly views: FindingViews;
  private readonly checker: SentenceChecker;
  private readonly removals: Removals = new Removals();
  private readonly definitions: ReadonlyMap<string, ActionDefinition>;
  private sentencesLeft: number = MOST_SENTENCES;

  constructor(request: InsightRequest, views: FindingViews) {
    this.views = views;
    this.checker = new SentenceChecker(request, this.views);
    this.definitions = new Map(request.candidateActions.map((definition) => [definition.type, definition]));
  }

  *steps(draft: InsightDraft): Steps<VerifiedInsights> {
    const summary = yield* this.text(draft.summary, summaryScope(this.views));
    const rootCauses = yield* this.rootCauses(draft.rootCauses);
    const recommendations: Recommendation[] = [];
    for (const one of draft.recommendations.slice(0, MOST_RECOMMENDATIONS)) {
      const recommendation = yield* this.recommendation(one);
      if (recommendation) recommendations.push({ ...recommendation, id: `r${recommendations.length + 1}` });
    }
    const unread = draft.recommendations.length - MOST_RECOMMENDATIONS;
    this.removals.countMany(unread, `More than ${MOST_RECOMMENDATIONS} recommendations are not read.`);
    return { summary, rootCauses, recommendations, grounding: this.removals.grounding() };
  }

  /** The sentences of a text that hold. */
  private *text(text: string, scope: Scope): Steps<string> {
    const kept: string[] = [];
    for (const sentence of sentencesOf(cleaned(text))) {
      if (this.removals.count(sentence, yield* this.problemOf(sentence, scope))) kept.push(sentence);
    }
    return kept.join(' ');
  }

  private *problemOf(sentence: string, scope: Scope): Steps<string | null> {
    yield;
    this.sentencesLeft -= 1;
    if (this.sentencesLeft < 0) return `More than ${MOST_SENTENCES} sentences of one answer are not read.`;
    return yield* this.checker.steps(sentence, scope);
  }

  private *rootCauses(drafts: InsightDraft['rootCauses']): Steps<Insights['rootCauses']> {
    const causes = new Map<string, string>();
    for (const { findingId, explanation } of drafts.slice(0, MOST_ROOT_CAUSES)) {
      const view = this.views.get(findingId);
      const problem = causes.has(findingId) ? 'It was explained before.' : rootProblem(view?.finding);
      if (!this.removals.count(findingId, problem) || !view) continue;
      const text = yield* this.text(explanation, scopeOf('cause', [view], this.views));
      if (text !== '') causes.set(findingId, text);
    }
    this.removals.countMany(drafts.length - MOST_ROOT_CAUSES, `More than ${MOST_ROOT_CAUSES} causes are not read.`);
    return [...causes].map(([findingId, explanation]) => ({ findingId, explanation }));
  }

  private *recommendation(draft: DraftRecommendation): Steps<Omit<Recommendation, 'id'> | null> {
    const own = this.references(draft);
    if (own.length === 0) {
      this.removals.note(draft.title, 'The recommendation names no confirmed finding.');
      return null;
    }
    const findings = own.map(({ finding }) => finding);
    const { isKept, action } = this.action(draft, findings);
    if (!isKept) return null;
    const scope = (place: Place): Scope => scopeOf(place, own, this.views);
    const title = yield* this.title(draft.title, scope('title'));
    const rationale = title === '' ? '' : yield* this.text(draft.rationale, scope('rationale'));
    if (rationale === '') {
      if (title !== '') this.removals.note(title, 'No sentence of its rationale holds.');
      return null;
    }
    const definition = action ? this.definitions.get(action.type) : undefined;
    const expectedEffect = (yield* this.text(draft.expectedEffect, scope('effect'))) || NOTHING_MORE_TO_SAY;
    return {
      title,
      rationale,
      priority: cappedPriority(draft.priority, findings),
      findingIds: findings.map(({ id }) => id),
      evidenceIds: this.evidenceIds(draft, scope('rationale')),
      action,
      expectedEffect,
      effort: draft.effort,
      risk: definition ? higher(draft.risk, riskLevel(definition.risk)) : draft.risk,
    };
  }

  /** A title is true as a whole or not at all. */
  private *title(text: string, scope: Scope): Steps<string> {
    const title = cleaned(text).replace(/\n/g, ' ');
    return title !== '' && this.removals.count(title, yield* this.problemOf(title, scope)) ? title : '';
  }

  private references({ findingIds }: DraftRecommendation): FindingView[] {
    const ids = [...new Set(findingIds)];
    this.removals.countMany(ids.length - MOST_REFERENCES, 'So many findings are not read.');
    return ids.slice(0, MOST_REFERENCES).flatMap((id) => {
      const view = this.views.get(id);
      return this.removals.count(id, view ? null : NOT_CONFIRMED) && view ? [view] : [];
    });
  }

  private evidenceIds({ evidenceIds }: DraftRecommendation, { views }: Scope): string[] {
    const ids = [...new Set(evidenceIds)];
    const known = new Set(views.flatMap(({ finding }) => finding.evidence.map(({ id }) => id)));
    this.removals.countMany(ids.length - MOST_REFERENCES, 'So much evidence is not read.');
    return ids
      .slice(0, MOST_REFERENCES)
      .filter((id) =>
        this.removals.count(id, known.has(id) ? null : 'There is no such evidence of the findings named.'),
      );
  }

  /** A recommendation whose action is invented is dropped as a whole: its words describe that action. */
  private action({ action, title }: DraftRecommendation, findings: readonly Finding[]): VerifiedAction {
    if (action === null) return { isKept: true, action: null };
    const checked = checkAction(
      action,
      findings.flatMap(({ candidateActions }) => candidateActions),
      this.definitions.get(action.type),
      (name) => this.checker.knowsName(name),
    );
    if (checked.action === null) {
      this.removals.count(`${title} (${action.type})`, checked.problems.join(' '));
      return { isKept: false, action: null };
    }
    this.removals.count(action.type, null);
    for (const problem of checked.problems) this.removals.count(`parameter of ${action.type}`, problem);
    return { isKept: true, action: checked.action };
  }
}

function rootProblem(finding: Finding | undefined): string | null {
  if (!finding) return NOT_CONFIRMED;
  return finding.rootCause ? null : 'The analysis takes the finding for a symptom, not for a root cause.';
}

/** What is of low weight in the analysis is not pressing in the advice. */
function cappedPriority(priority: Priority, findings: readonly Finding[]): Priority {
  const worst = Math.min(...findings.map(({ severity }) => SEVERITIES.indexOf(severity)));
  const isLight = worst >= SEVERITIES.indexOf('low');
  return isLight && priority === PRIORITIES[0] ? PRIORITIES[1] : priority;
}

/** Line breaks stay: they end sentences. */
function cleaned(text: string): string {
  return withoutInvisible(text.slice(0, LONGEST_TEXT))
    .split(/[\r\n]+/)
    .map((line) => asData(line, LONGEST_TEXT))
    .join('\n')
    .trim();
}

function higher(left: Recommendation['risk'], right: Recommendation['risk']): Recommendation['risk'] {
  return LEVELS.indexOf(left) >= LEVELS.indexOf(right) ? left : right;
}

function* verification(draft: InsightDraft, request: InsightRequest): Steps<VerifiedInsights> {
  yield* compileTags();
  const views = yield* FindingViews.steps(request);
  return yield* new Verification(request, views).steps(draft);
}

/** Takes out of a draft whatever the analysis does not back. Bounded for any draft; it never throws. */
export function verifyDraft(draft: InsightDraft, request: InsightRequest): VerifiedInsights {
  return finish(verification(draft, request));
}

/** As `verifyDraft`, and lets others work in between: a long answer takes longer than a service should stand still. */
export function verifyDraftInSlices(draft: InsightDraft, request: InsightRequest): Promise<VerifiedInsights> {
  return finishInSlices(verification(draft, request));
}
