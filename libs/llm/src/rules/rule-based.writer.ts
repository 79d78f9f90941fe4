import { Injectable } from '@nestjs/common';
import { type InsightRequest, type Insights, InsightWriter, type Usage } from '@app/core';
import { verifyDraftInSlices } from '../verify/verifier.js';
import { withOwnAdvice } from './own-advice.js';
import { asDraft, ruleBasedAnswer, type RuleBasedText } from './rule-based-text.js';

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
    const { text, advice } = ruleBasedAnswer(request);
    return {
      source: 'rules',
      provider: null,
      model: null,
      promptVersion: null,
      degradedReason: null,
      ...text,
      grounding: await grounding(text, withOwnAdvice(request, advice)),
      usage: NO_USAGE,
    };
  }
}

/** The same check that a model's text goes through; it counts here and removes nothing. */
async function grounding(text: RuleBasedText, request: InsightRequest): Promise<Insights['grounding']> {
  const { claims, verified } = (await verifyDraftInSlices(asDraft(text), request)).grounding;
  return { claims, verified, removed: [] };
}
