import type { Usage } from '@app/core';
import type { ExchangeCall } from '../exchange/exchange.js';
import type { InsightDraft } from '../insight.schema.js';
import type { GroqFailureKind } from './failure-kinds.js';

export interface GroqFailure {
  readonly kind: GroqFailureKind;
  /** What happened and what to do, without prompt, key or text of the service. */
  readonly reason: string;
}

/** What a call spent and what went over the wire; a failure may have cost tokens too. */
export interface CallTrace {
  /** Of all attempts together. */
  readonly usage: Usage;
  /** In the order in which they were made; empty when nothing was sent. */
  readonly calls: readonly ExchangeCall[];
}

/** What came of asking the model. A failure is an expected outcome. */
export type GroqResult = ({ readonly kind: 'answer'; readonly draft: InsightDraft } | GroqFailure) & CallTrace;
