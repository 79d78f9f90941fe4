import type { GroqFailureKind } from '../groq/failure-kinds.js';

/** One HTTP request and what came back. */
export interface ExchangeAttempt {
  readonly startedAt: string;
  readonly durationMs: number;
  /** HTTP status; null when no answer began. */
  readonly status: number | null;
  /** What it failed with; null for an answer that could be read. */
  readonly failure: GroqFailureKind | null;
  /** The body as received, with the key struck out should the service have echoed it; null when none came. */
  readonly body: string | null;
  /** Whether more came than is kept: 256 KiB of an answer, 16 KiB of an error. */
  readonly isCut: boolean;
}

export interface ExchangeMessage {
  readonly role: string;
  readonly content: string;
}

/** The request body as sent. */
export interface SentRequest {
  readonly messages: readonly ExchangeMessage[];
  /** All but the messages, under their names in the API; a JSON schema is given by its digest. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** One question: the first, or the wish to have the answer again in a form that can be read. */
export interface ExchangeCall {
  readonly purpose: 'first' | 'repair';
  /** Null when nothing could be sent. */
  readonly request: SentRequest | null;
  /** The same request, tried again after errors of the service. */
  readonly attempts: readonly ExchangeAttempt[];
}

/** `answered`: used; `unverified`: too little of it held; `cached`: an earlier answer was used. */
export type ExchangeOutcome = 'answered' | 'unverified' | 'cached' | GroqFailureKind;

/** What was sent to a model for a run, and what came back. */
export interface Exchange {
  readonly provider: string;
  readonly model: string;
  readonly promptVersion: string;
  readonly outcome: ExchangeOutcome;
  /** Why the answer was not used; null when it was. */
  readonly reason: string | null;
  /** The run whose answer was used again. */
  readonly cachedFrom: { readonly runId: string; readonly at: string } | null;
  readonly calls: readonly ExchangeCall[];
}
