import { type InsightDraft, insightSchema } from '../insight.schema.js';
import type { Completion } from './completion.js';
import type { GroqFailure } from './groq-result.js';
import { isLightJson } from './json-weight.js';

/** A failure, and for a model that is asked again what was wrong with its answer. */
export interface UnusableAnswer extends GroqFailure {
  readonly fault?: string;
}

const FENCED = /^(?:[^{`]{0,200})```(?:json)?\s*\n?([\s\S]*?)\n?```\s*$/i;
/** How models begin when they decline; only asked of text that is no JSON, or of an answer that says nothing else. */
const DECLINES =
  /^\W*(?:(?:i['’]?m|i am)\s+(?:very\s+|so\s+)?sorry|sorry\b|(?:unfortunately,?\s+)?i\s*(?:can['’]?t|can\s?not|cannot|won['’]t|will not|must decline|am unable|['’]m unable|am not able|['’]m not able)|as an ai\b|my apologies\b)/i;
const MOST_FAULTS = 3;
/**
 * Some three thousand tokens: four times what the prompt asks for. What is checked sentence by sentence, the event loop
 * waits for.
 */
const LONGEST_TEXT = 12 * 1024;
/** A full answer has about three hundred values, six deep. */
const ANSWER_WEIGHT = { depth: 16, values: 4_000 };

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

/** Reads the draft out of a completion, or says why there is none. */
export function readAnswer({ text, refusal, finishReason }: Completion): InsightDraft | UnusableAnswer {
  if ((refusal ?? '').trim() !== '' || finishReason === 'content_filter') return refused();
  if (finishReason === 'length') {
    return { kind: 'truncated', reason: 'The model ran out of tokens before its answer was complete.' };
  }
  if (text === null || text.trim() === '') return { kind: 'empty', reason: 'The model gave an empty answer.' };
  if (!isLightJson(text, ANSWER_WEIGHT)) return tooLarge();
  if (text.length > LONGEST_TEXT) return tooLarge('It was too long. Answer in half the words.');
  const value = parseJson(text);
  if (value === undefined || typeof value === 'string') {
    return DECLINES.test(text) ? refused() : unparsable('It was not a JSON object.');
  }
  return checked(value);
}

function checked(value: unknown): InsightDraft | UnusableAnswer {
  const parsed = insightSchema.safeParse(value);
  if (parsed.success) return declinesInJson(parsed.data) ? refused() : parsed.data;
  // Paths name fields of the schema only; what the model called its own fields is not repeated.
  const faults = parsed.error.issues
    .slice(0, MOST_FAULTS)
    .map(({ path, code }) => `${path.join('.') || 'root'}: ${code}`);
  return unparsable(`It did not have the asked shape (${faults.join('; ')}).`);
}

/** A model that is held to a schema declines in its first field. */
function declinesInJson({ summary, rootCauses, recommendations }: InsightDraft): boolean {
  return rootCauses.length === 0 && recommendations.length === 0 && DECLINES.test(summary);
}

function refused(): UnusableAnswer {
  return { kind: 'refused', reason: 'The model refused to answer; the exchange of the run shows its words.' };
}

/** With a fault it may be asked for again. */
function tooLarge(fault?: string): UnusableAnswer {
  const failure: GroqFailure = {
    kind: 'too-large',
    reason: 'The answer of the model was too large to be checked; check GROQ_MODEL.',
  };
  return fault === undefined ? failure : { ...failure, fault };
}

/** `fault` is for the model, the reason for a person. */
function unparsable(fault: string): UnusableAnswer {
  return { kind: 'unparsable', reason: 'The model did not keep to the answer format.', fault };
}
