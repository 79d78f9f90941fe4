import { type InsightDraft, insightSchema } from '../insight.schema.js';
import type { GroqFailure } from './groq-result.js';

/** The parts of LangChain's message that are read. */
export interface RawAnswer {
  readonly content: unknown;
  readonly finishReason: unknown;
  /** Arguments of the tool call, for models that answer through one. */
  readonly toolArguments: unknown;
}

const FENCED = /^```(?:json)?\s*\n([\s\S]*?)\n?```$/i;

function parseJson(text: string): unknown {
  const trimmed = text.trim();
  try {
    return JSON.parse(FENCED.exec(trimmed)?.[1] ?? trimmed);
  } catch (error) {
    // Prose instead of JSON is one of the expected answers.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Reads the draft, or says why there is none: LangChain's own parser makes every failure look alike. */
export function readAnswer({ content, finishReason, toolArguments }: RawAnswer): InsightDraft | GroqFailure {
  if (finishReason === 'length') {
    return { kind: 'truncated', reason: 'The model ran out of tokens before its answer was complete.' };
  }
  const text = typeof content === 'string' ? content : '';
  const value = toolArguments === undefined ? parseJson(text) : toolArguments;
  if (value === undefined && text.trim() === '') {
    return { kind: 'empty', reason: 'The model gave an empty answer or refused to answer.' };
  }
  const parsed = insightSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  return { kind: 'unparsable', reason: 'The model did not keep to the answer format; the next run asks again.' };
}
