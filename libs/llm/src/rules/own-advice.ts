import type { ActionDefinition, InsightRequest } from '@app/core';

/** No rule proposes it and nobody sees it: it carries the writer's own advice into the check. */
const ADVICE_TYPE = 'own-advice';

function catalogueEntry(sentences: readonly string[]): ActionDefinition {
  return {
    type: ADVICE_TYPE,
    title: '',
    description: '',
    risk: 'read-only',
    gate: 'recommend',
    reversible: true,
    parameters: { type: 'object', additionalProperties: false, required: [], properties: {} },
    preconditions: sentences,
    inverse: null,
  };
}

/**
 * The request with the writer's fixed advice as a text of the catalogue. What to do, what to mind and what to watch is
 * written once and reviewed, as descriptions of actions are: it is no claim about this machine, and words that would
 * betray an inventing model (`restart`, `lost`, `fan`) are its business. All else that the writer says is checked.
 */
export function withOwnAdvice(request: InsightRequest, sentences: readonly string[]): InsightRequest {
  const proposal = { type: ADVICE_TYPE, parameters: {} };
  return {
    ...request,
    candidateActions: [...request.candidateActions, catalogueEntry(sentences)],
    analysis: {
      ...request.analysis,
      findings: request.analysis.findings.map((finding) => ({
        ...finding,
        candidateActions: [...finding.candidateActions, proposal],
      })),
    },
  };
}
