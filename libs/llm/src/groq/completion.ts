import { isLightJson } from './json-weight.js';

/** A completion has some twenty values around the text of its answer; an error of a proxy may have more. */
const BODY_WEIGHT = { depth: 32, values: 10_000 };

export interface TokenCounts {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** The parts of a chat completion, or of an error in its place, that are read. */
export interface Completion {
  /** The text of the answer: the content, or the arguments of the tool call that some models answer through. */
  readonly text: string | null;
  readonly refusal: string | null;
  readonly finishReason: string | null;
  readonly usage: TokenCounts | null;
  readonly errorCode: string | null;
}

/** Reads a property of something whose shape nobody promises. */
function read(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (current, name) =>
      typeof current === 'object' && current !== null ? (current as Record<string | number, unknown>)[name] : undefined,
    value,
  );
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function tokens(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

function usageOf(body: unknown): TokenCounts | null {
  const usage = read(body, 'usage');
  if (typeof usage !== 'object' || usage === null) return null;
  return {
    promptTokens: tokens(read(usage, 'prompt_tokens')),
    completionTokens: tokens(read(usage, 'completion_tokens')),
  };
}

/** Null when the body is no JSON object that a completion could be, as after a proxy's error page or a lost connection. */
export function readCompletion(body: string): Completion | null {
  if (!isLightJson(body, BODY_WEIGHT)) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
  const message = read(parsed, 'choices', 0, 'message');
  return {
    text: textOrNull(read(message, 'tool_calls', 0, 'function', 'arguments')) ?? textOrNull(read(message, 'content')),
    refusal: textOrNull(read(message, 'refusal')),
    finishReason: textOrNull(read(parsed, 'choices', 0, 'finish_reason')),
    usage: usageOf(parsed),
    errorCode: textOrNull(read(parsed, 'error', 'code')),
  };
}
