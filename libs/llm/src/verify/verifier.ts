import type { ActionDefinition, CandidateAction, Finding, InsightRequest, Insights, Recommendation } from '@app/core';
import { confirmedFindings } from '../confirmed-findings.js';
import type { DraftRecommendation, InsightDraft } from '../insight.schema.js';
import { riskLevel } from '../risk-level.js';
import { asData } from '../untrusted-text.js';
import { checkAction } from './action-check.js';
import { Removals } from './removals.js';
import { SentenceChecker } from './sentence-checker.js';
import { sentencesOf } from './sentences.js';

/** More is no longer advice. */
const MOST_RECOMMENDATIONS = 10;
const LONGEST_TEXT = 2000;
const LEVELS = ['low', 'medium', 'high'] as const;

/** What is left of a draft, and what was taken out of it. */
export interface VerifiedInsights {
  readonly summary: string;
  readonly rootCauses: Insights['rootCauses'];
  readonly recommendations: readonly Recommendation[];
  readonly grounding: Insights['grounding'];
}

type VerifiedAction = { readonly isKept: boolean; readonly action: CandidateAction | null };

/** Checks a draft sentence by sentence against one analysis. */
class Verification {
  private readonly checker: SentenceChecker;
  private readonly removals: Removals = new Removals();
  private readonly findings: ReadonlyMap<string, Finding>;
  private readonly evidenceIds: ReadonlySet<string>;
  private readonly definitions: ReadonlyMap<string, ActionDefinition>;

  constructor(request: InsightRequest) {
    const confirmed = confirmedFindings(request.analysis);
    this.checker = new SentenceChecker(request);
    this.findings = new Map(confirmed.map((finding) => [finding.id, finding]));
    this.evidenceIds = new Set(confirmed.flatMap(({ evidence }) => evidence.map(({ id }) => id)));
    this.definitions = new Map(request.candidateActions.map((definition) => [definition.type, definition]));
  }

  run(draft: InsightDraft): VerifiedInsights {
    const summary = this.text(draft.summary);
    const rootCauses = draft.rootCauses.flatMap((cause) => this.rootCause(cause));
    const recommendations = draft.recommendations
      .slice(0, MOST_RECOMMENDATIONS)
      .flatMap((recommendation) => this.recommendation(recommendation))
      .map((recommendation, index) => ({ ...recommendation, id: `r${index + 1}` }));
    for (const { title } of draft.recommendations.slice(MOST_RECOMMENDATIONS)) {
      this.removals.note(title, `More than ${MOST_RECOMMENDATIONS} recommendations are not read.`);
    }
    return { summary, rootCauses, recommendations, grounding: this.removals.grounding() };
  }

  /** The sentences of a text that hold. */
  private text(text: string): string {
    return sentencesOf(cleaned(text))
      .filter((sentence) => this.removals.count(sentence, this.checker.problemOf(sentence)))
      .join(' ');
  }

  private rootCause({ findingId, explanation }: InsightDraft['rootCauses'][number]): Insights['rootCauses'][number][] {
    const finding = this.findings.get(findingId);
    if (!this.removals.count(findingId, rootProblem(finding))) return [];
    const text = this.text(explanation);
    return text === '' ? [] : [{ findingId, explanation: text }];
  }

  private recommendation(draft: DraftRecommendation): Omit<Recommendation, 'id'>[] {
    const findings = [...new Set(draft.findingIds)].flatMap((id) => this.reference(id, this.findings.get(id)));
    if (findings.length === 0) {
      this.removals.note(draft.title, 'The recommendation names no confirmed finding.');
      return [];
    }
    const { isKept, action } = this.action(draft, findings);
    if (!isKept) return [];
    const title = this.title(draft.title);
    const rationale = this.text(draft.rationale);
    if (title === '' || rationale === '') {
      if (title !== '') this.removals.note(title, 'No sentence of its rationale holds.');
      return [];
    }
    const evidenceIds = [...new Set(draft.evidenceIds)].filter((id) =>
      this.removals.count(id, this.evidenceIds.has(id) ? null : 'There is no such evidence in the analysis.'),
    );
    const definition = action ? this.definitions.get(action.type) : undefined;
    return [
      {
        title,
        rationale,
        priority: draft.priority,
        findingIds: findings.map(({ id }) => id),
        evidenceIds,
        action,
        expectedEffect: this.text(draft.expectedEffect) || 'The findings named here should clear.',
        effort: draft.effort,
        risk: definition ? higher(draft.risk, riskLevel(definition.risk)) : draft.risk,
      },
    ];
  }

  /** A title is true as a whole or not at all. */
  private title(text: string): string {
    const title = cleaned(text);
    return title !== '' && this.removals.count(title, this.checker.problemOf(title)) ? title : '';
  }

  private reference(id: string, finding: Finding | undefined): Finding[] {
    const isKnown = this.removals.count(id, finding ? null : 'There is no such confirmed finding in the analysis.');
    return isKnown && finding ? [finding] : [];
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
  if (!finding) return 'There is no such confirmed finding in the analysis.';
  return finding.rootCause ? null : 'The analysis takes the finding for a symptom, not for a root cause.';
}

/** Line breaks stay: they end sentences. */
function cleaned(text: string): string {
  return text
    .slice(0, LONGEST_TEXT)
    .split(/[\r\n]+/)
    .map((line) => asData(line, LONGEST_TEXT))
    .join('\n')
    .trim();
}

function higher(left: Recommendation['risk'], right: Recommendation['risk']): Recommendation['risk'] {
  return LEVELS.indexOf(left) >= LEVELS.indexOf(right) ? left : right;
}

/** Takes out of a draft whatever the analysis does not back. */
export function verifyDraft(draft: InsightDraft, request: InsightRequest): VerifiedInsights {
  return new Verification(request).run(draft);
}
