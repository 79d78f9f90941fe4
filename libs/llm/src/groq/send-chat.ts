import { z } from 'zod';
import type { Settings } from '@app/config';
import { insightSchema } from '../insight.schema.js';
import type { PromptMessage } from '../prompts/insights.prompt.js';
import type { Wire } from './wire.js';

/** Reasoning tokens count against the ceiling, so it lies well above the length of an answer. */
export const MAX_COMPLETION_TOKENS = 4096;
const NAME = 'insights';

/** The schema as strict mode takes it: closed, every field required, and without the dialect's own address. */
function answerSchema(): Record<string, unknown> {
  const schema: Record<string, unknown> = { ...z.toJSONSchema(insightSchema) };
  delete schema['$schema'];
  return schema;
}

/** The gpt-oss models keep to a strict schema; others are held to one through the arguments of a tool call. */
function answerFormat(isGptOss: boolean): object {
  const schema = answerSchema();
  if (isGptOss) {
    return { response_format: { type: 'json_schema', json_schema: { name: NAME, strict: true, schema } } };
  }
  return {
    tools: [{ type: 'function', function: { name: NAME, parameters: schema } }],
    tool_choice: { type: 'function', function: { name: NAME } },
  };
}

/**
 * Sends one request through LangChain's client; the answer is found in `wire`.
 *
 * `withStructuredOutput` is not used: its parser makes every failure look alike, and runs the schema over answers of
 * any size. Retries are the caller's, who knows the deadline.
 *
 * @throws whatever the client throws
 */
export async function sendChat(
  { apiKey, model, baseUrl }: Settings['llm'],
  messages: readonly PromptMessage[],
  wire: Wire,
  signal: AbortSignal,
): Promise<void> {
  // Loaded at the first call: an agent without a key never needs it.
  const { ChatGroq } = await import('@langchain/groq');
  const isGptOss = model.startsWith('openai/gpt-oss');
  const chat = new ChatGroq({
    apiKey: apiKey ?? '',
    baseUrl,
    model,
    maxRetries: 0,
    temperature: 0.1,
    reasoningEffort: isGptOss ? 'low' : undefined,
    maxTokens: MAX_COMPLETION_TOKENS,
    fetch: wire.fetch,
  });
  await chat.invoke(
    messages.map(({ role, content }) => ({ role, content })),
    { ...answerFormat(isGptOss), signal },
  );
}
