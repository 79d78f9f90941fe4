import type { DraftRecommendation, InsightDraft } from '../insight.schema.js';
import type { Pseudonyms } from './pseudonyms.js';
import type { ShortIds } from './short-ids.js';

/** How a prompt names things. */
export interface PromptNames {
  readonly pseudonyms: Pseudonyms;
  readonly findings: ShortIds;
  readonly evidence: ShortIds;
}

/** `(f1, e3)`: ids belong into the id fields, and mean nothing to a reader of the sentence. */
const CITATION = /\s*[([]\s*(?:see\s+)?([fe]\d{1,4}(?:\s*(?:,|;|and|&)\s*[fe]\d{1,4})*)\s*[)\]]/gi;

/** The answer as if it had been given about the real names and ids. */
export function restoreDraft(draft: InsightDraft, { pseudonyms, findings, evidence }: PromptNames): InsightDraft {
  const isKnown = (id: string): boolean => findings.has(id) || evidence.has(id);
  const text = (written: string): string =>
    pseudonyms.restore(
      written.replace(CITATION, (all, ids: string) => ((ids.match(/[fe]\d+/gi) ?? []).every(isKnown) ? '' : all)),
    );
  const recommendation = (draft: DraftRecommendation): DraftRecommendation => ({
    ...draft,
    title: text(draft.title),
    rationale: text(draft.rationale),
    expectedEffect: text(draft.expectedEffect),
    findingIds: draft.findingIds.map((id) => findings.long(id)),
    evidenceIds: draft.evidenceIds.map((id) => evidence.long(id)),
    action: draft.action && {
      type: draft.action.type,
      parameters: draft.action.parameters.map(({ name, value }) => ({ name, value: pseudonyms.restore(value) })),
    },
  });
  return {
    summary: text(draft.summary),
    rootCauses: draft.rootCauses.map(({ findingId, explanation }) => ({
      findingId: findings.long(findingId),
      explanation: text(explanation),
    })),
    recommendations: draft.recommendations.map(recommendation),
  };
}
