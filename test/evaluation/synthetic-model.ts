import { createHash } from 'node:crypto';
import type { InsightDraft } from '@app/llm';
import { groundedDraft } from '@app/testing/llm';
import type { AnswerSource, AskedModel } from './tape-server.js';

/** Said of a model that does not exist, so that nobody takes the figures for those of one that does. */
export const SYNTHETIC_MODEL = 'synthetic/none';
const ASSUMED_LATENCY_MS = 0;

/** What models get wrong, each in some of the answers: the evaluation has to show that it is taken out. */
const FLAWS: readonly ((draft: InsightDraft) => InsightDraft)[] = [
  (draft) => draft,
  (draft) => draft,
  (draft) => ({ ...draft, summary: `${draft.summary} Throughput will rise by 37 %.` }),
  (draft) => ({ ...draft, summary: `${draft.summary} All other components are healthy.` }),
  (draft) => ({
    ...draft,
    rootCauses: [...draft.rootCauses, { findingId: 'f99', explanation: 'The fabric is slow.' }],
  }),
  (draft) => ({
    ...draft,
    recommendations: draft.recommendations.map((one, index) =>
      index === 0 ? { ...one, expectedEffect: `${one.expectedEffect} GPU 42 will cool down as well.` } : one,
    ),
  }),
];

/**
 * Answers as a model would that repeats what it was told and is wrong now and then. No model had a part in it: what it
 * answers shows that the evaluation works, and nothing else.
 */
export const fromSyntheticModel: AnswerSource = async (scenario, { prompt, body }) => {
  const draft = groundedDraft(prompt);
  if (draft === null) throw new Error(`the prompt of ${scenario} has no data that the stand-in could read`);
  const flaw = FLAWS[hashOf(scenario) % FLAWS.length] ?? ((same: InsightDraft) => same);
  return {
    status: 200,
    body: completion(JSON.stringify(flaw(draft)), body),
    retryAfter: null,
    latencyMs: ASSUMED_LATENCY_MS,
  };
};

function hashOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0);
}

function completion(content: string, asked: AskedModel['body']): string {
  const usage = { prompt_tokens: assumedTokens(asked), completion_tokens: assumedTokens(content) };
  return JSON.stringify({
    id: 'synthetic',
    object: 'chat.completion',
    created: 0,
    model: SYNTHETIC_MODEL,
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens },
  });
}

/** English text has about four characters a token; nothing was counted by a service. */
function assumedTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
