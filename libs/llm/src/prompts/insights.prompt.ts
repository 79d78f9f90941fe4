import type { InsightRequest } from '@app/core';
import { evidencePack } from '../evidence-pack.js';
import type { InsightDraft } from '../insight.schema.js';
import { restoreDraft } from '../pack/restore-draft.js';
import { estimateTokens } from '../pack/token-estimate.js';
import { actionPlanningTask } from './action-planning.prompt.js';
import { analysisTask, type AnswerLimits } from './analysis.prompt.js';
import { recommendationTask } from './recommendation.prompt.js';
import { systemRules } from './system.prompt.js';

/** Changes whenever a word of the fixed text does, so that answers can be compared. */
export const INSIGHTS_PROMPT_VERSION = 'insights-2';
/** What a call may cost before it is answered, by o200k_base: messages and answer format. */
export const MAX_PROMPT_TOKENS = 2500;
/** What a good answer may cost, without reasoning. The prompt asks for so few and so short sentences. */
export const MAX_ANSWER_TOKENS = 700;
/**
 * The JSON schema of the answer. Whether a service counts it is not documented; it is taken as counted, and is not part
 * of `estimatedTokens`.
 */
export const ANSWER_FORMAT_TOKENS = 320;
/** What the chat template of gpt-oss puts around two messages: its own preamble, role marks, a title for the format. */
const FRAME_TOKENS = 100;
export const ANSWER_LIMITS: AnswerLimits = { rootCauses: 3, recommendations: 4, evidenceIds: 3 };

export interface PromptMessage {
  readonly role: 'system' | 'user';
  readonly content: string;
}

/** What a model is sent for one run, and the way back from its answer. */
export interface InsightsPrompt {
  readonly version: string;
  readonly messages: readonly PromptMessage[];
  /** Tokens of the messages: never less than o200k_base counts, at most 15 % more for text of this program. */
  readonly estimatedTokens: number;
  /** What was left out for want of room, in sentences; empty when the prompt tells everything. */
  readonly omitted: readonly string[];
  /** Puts real ids and names back into an answer; a secret that was taken out stays out. */
  restore(draft: InsightDraft): InsightDraft;
}

/** The text that is the same for every request, held by the version. */
export function insightsInstructions(): string {
  return [
    systemRules(),
    analysisTask(ANSWER_LIMITS),
    recommendationTask(ANSWER_LIMITS),
    actionPlanningTask(),
    'Answer with JSON only.',
  ].join('\n\n');
}

/** The block that data can't close, because nothing in it has an angle bracket. */
export function insightsData(data: string): string {
  return `<analysis-data>\n${data}\n</analysis-data>\nWrite the insights for this analysis.`;
}

/** The same request gives the same text. */
export function insightsPrompt(request: InsightRequest): InsightsPrompt {
  const system = insightsInstructions();
  const fixed = estimateTokens(system) + estimateTokens(insightsData(''));
  const { text, omitted, names } = evidencePack(
    request,
    MAX_PROMPT_TOKENS - ANSWER_FORMAT_TOKENS - FRAME_TOKENS - fixed,
  );
  const user = insightsData(text);
  return {
    version: INSIGHTS_PROMPT_VERSION,
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: user },
    ],
    estimatedTokens: estimateTokens(system) + estimateTokens(user),
    omitted,
    restore: (draft) => restoreDraft(draft, names),
  };
}
