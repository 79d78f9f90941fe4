import type { Deadline } from './deadline.js';
import type { GroqFailure } from './groq-result.js';
import type { Wire } from './wire.js';

/** Reads a property of something thrown, whose shape nobody promises. */
function read(thrown: unknown, name: string): unknown {
  return typeof thrown === 'object' && thrown !== null ? (thrown as Record<string, unknown>)[name] : undefined;
}

/** `ECONNREFUSED` and the like, wherever in the chain of causes it stands. */
function networkCodeOf(error: unknown): string | null {
  let current: unknown = error;
  for (let depth = 0; depth < 5 && current !== undefined; depth += 1) {
    const code = read(current, 'code');
    if (typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code)) return code;
    current = read(current, 'cause');
  }
  return null;
}

/** The outcome of an answer with an HTTP status that is not one of success. */
export function statusFailure(status: number, errorCode: string | null, model: string): GroqFailure {
  if (status === 401 || status === 403) {
    return { kind: 'auth', reason: `Groq rejected the key (${status}); check GROQ_API_KEY.` };
  }
  if (status === 429) {
    return { kind: 'rate-limited', reason: 'Groq limits the rate (429); wait, or raise the limit of the account.' };
  }
  if (status === 413) {
    return { kind: 'too-large', reason: 'Groq refused the prompt as too large (413); choose a model that takes more.' };
  }
  if (status === 404) {
    return {
      kind: 'rejected',
      reason: `Groq does not know the model ${model} (404); check GROQ_MODEL and GROQ_BASE_URL.`,
    };
  }
  if (status < 400) {
    return { kind: 'rejected', reason: `Groq redirects (${status}), which is not followed; check GROQ_BASE_URL.` };
  }
  if (errorCode === 'json_validate_failed') {
    return { kind: 'unparsable', reason: `The model did not keep to the answer format (${status}).` };
  }
  if (status < 500) return { kind: 'rejected', reason: `Groq rejected the request (${status}); check GROQ_MODEL.` };
  return { kind: 'server', reason: `Groq had an error of its own (${status}); a later run asks again.` };
}

/** The run was cancelled, or the time is over. */
export function overFailure(deadline: Deadline): GroqFailure {
  if (deadline.isCancelled) return { kind: 'cancelled', reason: 'The run was cancelled while the model was asked.' };
  return {
    kind: 'timeout',
    reason: `The model did not answer within ${deadline.timeoutMs} ms; check the connection or raise LLM_TIMEOUT_MS.`,
  };
}

/** Turns whatever was thrown into an outcome with a sentence of ours; messages of others may echo prompt or key. */
export function thrownFailure(error: unknown, wire: Wire, deadline: Deadline): GroqFailure {
  if (deadline.isOver) return overFailure(deadline);
  if (wire.isTooLarge) {
    return { kind: 'too-large', reason: 'The answer of the model service was too large; check GROQ_BASE_URL.' };
  }
  if (wire.sent === null) {
    const name = error instanceof Error ? error.name : typeof error;
    return { kind: 'rejected', reason: `The request to the model could not be made (${name}); report it.` };
  }
  const code = networkCodeOf(error);
  const cause = code === null ? '' : ` (${code})`;
  return { kind: 'network', reason: `Groq could not be reached${cause}; check the network and GROQ_BASE_URL.` };
}
