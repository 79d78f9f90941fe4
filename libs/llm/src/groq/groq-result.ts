import type { Usage } from '@app/core';
import type { InsightDraft } from '../insight.schema.js';

export const GROQ_FAILURE_KINDS = [
  'auth',
  'rate-limited',
  'rejected',
  'server',
  'network',
  'timeout',
  'too-large',
  'truncated',
  'empty',
  'unparsable',
  'cancelled',
] as const;
export type GroqFailureKind = (typeof GROQ_FAILURE_KINDS)[number];

export interface GroqFailure {
  readonly kind: GroqFailureKind;
  /** What happened and what to do, without prompt, key or text of the service. */
  readonly reason: string;
}

/** What came of asking the model. A failure is an expected outcome, and may have cost tokens too. */
export type GroqResult =
  | { readonly kind: 'answer'; readonly draft: InsightDraft; readonly usage: Usage }
  | (GroqFailure & { readonly usage: Usage });
