import { Injectable } from '@nestjs/common';
import { type InsightRequest, type Insights, InsightWriter, type Usage } from '@app/core';
import { confirmedFindings } from '../confirmed-findings.js';
import type { InsightDraft } from '../insight.schema.js';
import { asData } from '../untrusted-text.js';
import { verifyDraft } from '../verify/verifier.js';
import { ruleRecommendations } from './rule-recommendations.js';
import { ruleSummary } from './rule-summary.js';

/** No model was asked. */
export const NO_USAGE: Usage = {
  promptTokens: 0,
  completionTokens: 0,
  costUsd: 0,
  latencyMs: 0,
  cached: false,
  attempts: 0,
};

/** Writes the insights without a model: always available, always the same for the same analysis. */
@Injectable()
export class RuleBasedWriter extends InsightWriter {
  async write(request: InsightRequest): Promise<Insights> {
    const confirmed = confirmedFindings(request.analysis);
    const recommendations = ruleRecommendations(confirmed, request.candidateActions);
    const summary = ruleSummary(request, confirmed, recommendations[0]?.title ?? null);
    const rootCauses = confirmed
      .filter(({ rootCause, severity }) => rootCause && severity !== 'info')
      .map(({ id, summary: explanation }) => ({ findingId: id, explanation: asData(explanation, 600) }));
    return {
      source: 'rules',
      provider: null,
      model: null,
      promptVersion: null,
      degradedReason: null,
      summary,
      rootCauses,
      recommendations,
      grounding: grounding({ summary, rootCauses, recommendations }, request),
      usage: NO_USAGE,
    };
  }
}

/** The same check that a model's text goes through; it counts here and removes nothing. */
function grounding(
  text: Pick<Insights, 'summary' | 'rootCauses' | 'recommendations'>,
  request: InsightRequest,
): Insights['grounding'] {
  const draft: InsightDraft = {
    summary: text.summary,
    rootCauses: text.rootCauses.map((cause) => ({ ...cause })),
    recommendations: text.recommendations.map(({ action, findingIds, evidenceIds, ...rest }) => ({
      ...rest,
      findingIds: [...findingIds],
      evidenceIds: [...evidenceIds],
      action: action && {
        type: action.type,
        parameters: Object.entries(action.parameters).map(([name, value]) => ({ name, value: String(value) })),
      },
    })),
  };
  const { claims, verified } = verifyDraft(draft, request).grounding;
  return { claims, verified, removed: [] };
}
