import type { WireRecord } from './capped-fetch.js';
import type { GroqFailure } from './groq-result.js';

export interface CallContext {
  readonly model: string;
  readonly timeoutMs: number;
  readonly wire: Readonly<WireRecord>;
  readonly isCancelled: boolean;
  readonly isOverdue: boolean;
}

/** Reads a property of something thrown, whose shape nobody promises. */
function read(thrown: unknown, name: string): unknown {
  return typeof thrown === 'object' && thrown !== null ? (thrown as Record<string, unknown>)[name] : undefined;
}

function statusOf(error: unknown): number | null {
  const status = read(error, 'status');
  return typeof status === 'number' ? status : null;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
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

function isSchemaFailure(error: unknown): boolean {
  const body = read(error, 'error');
  const codes = [read(error, 'code'), read(body, 'code'), read(read(body, 'error'), 'code')];
  return codes.includes('json_validate_failed');
}

function classifyStatus(status: number, error: unknown, { model }: CallContext): GroqFailure {
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
  if (isSchemaFailure(error)) {
    return {
      kind: 'unparsable',
      reason: 'The model did not keep to the answer format (400); the next run asks again.',
    };
  }
  if (status < 500) return { kind: 'rejected', reason: `Groq rejected the request (${status}); check GROQ_MODEL.` };
  return { kind: 'server', reason: `Groq had an error of its own (${status}); the next run asks again.` };
}

/** Turns whatever a call threw into an outcome with a sentence of ours; messages of others may echo prompt or key. */
export function classifyFailure(error: unknown, context: CallContext): GroqFailure {
  if (context.isCancelled) return { kind: 'cancelled', reason: 'The run was cancelled while the model was asked.' };
  if (context.isOverdue) {
    return {
      kind: 'timeout',
      reason: `The model did not answer within ${context.timeoutMs} ms; check the connection or raise LLM_TIMEOUT_MS.`,
    };
  }
  if (context.wire.wasTooLarge) {
    return { kind: 'too-large', reason: 'The answer of the model service was too large; check GROQ_BASE_URL.' };
  }
  if (read(error, 'name') === 'RateLimitCapacityError') return classifyStatus(429, error, context);
  const status = statusOf(error);
  if (status !== null) return classifyStatus(status, error, context);
  if (context.wire.attempts === 0) {
    return { kind: 'rejected', reason: `The request to the model could not be made (${nameOf(error)}); report it.` };
  }
  const code = networkCodeOf(error);
  const cause = code === null ? '' : ` (${code})`;
  return { kind: 'network', reason: `Groq could not be reached${cause}; check the network and GROQ_BASE_URL.` };
}
