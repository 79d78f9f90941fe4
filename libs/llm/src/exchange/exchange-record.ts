import { createHash } from 'node:crypto';
import type { GroqFailureKind } from '../groq/failure-kinds.js';
import type { Wire } from '../groq/wire.js';
import type { ExchangeAttempt, ExchangeMessage, SentRequest } from './exchange.js';

/** An error page says what it has to say on its first screens. */
const LONGEST_ERROR = 16 * 1024;

/** The key is in a header and never in a body; a service that echoes it must not put it into the record. */
function withoutKey(text: string, apiKey: string | null): string {
  return apiKey === null || apiKey === '' ? text : text.replaceAll(apiKey, '[GROQ_API_KEY]');
}

export interface AttemptFacts {
  readonly startedAt: string;
  readonly durationMs: number;
  readonly failure: GroqFailureKind | null;
}

/** What one attempt leaves in the record. */
export function exchangeAttempt(wire: Wire, facts: AttemptFacts, apiKey: string | null): ExchangeAttempt {
  const received = wire.received === null ? null : withoutKey(wire.received, apiKey);
  const isError = wire.status === null || wire.status >= 300;
  const isCut = wire.isTooLarge || (isError && (received?.length ?? 0) > LONGEST_ERROR);
  const body = isError ? (received?.slice(0, LONGEST_ERROR) ?? null) : received;
  return { ...facts, status: wire.status, body, isCut };
}

/** A schema is some kilobytes that are the same in every request of a version. */
function digest(schema: unknown): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(schema)).digest('hex')}`;
}

function withDigests(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDigests);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]): [string, unknown] => {
    const isSchema = (name === 'schema' || name === 'parameters') && typeof inner === 'object' && inner !== null;
    return [name, isSchema ? digest(inner) : withDigests(inner)];
  });
  return Object.fromEntries(entries);
}

/** The request as it went over the wire. */
export function sentRequest(body: string, apiKey: string | null): SentRequest {
  const { messages, ...parameters } = JSON.parse(withoutKey(body, apiKey)) as {
    readonly messages?: readonly ExchangeMessage[];
    readonly [name: string]: unknown;
  };
  return { messages: messages ?? [], parameters: withDigests(parameters) as Record<string, unknown> };
}
