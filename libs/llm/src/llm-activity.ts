import { Injectable } from '@nestjs/common';
import type { Usage } from '@app/core';
import type { ExchangeOutcome } from './exchange/exchange.js';

export interface LlmTotals {
  /** Insights that a model was wanted for, by what came of it. */
  readonly outcomes: Readonly<Partial<Record<ExchangeOutcome, number>>>;
  /** HTTP requests that were made for them. */
  readonly attempts: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** US dollars; null once tokens were spent whose price is not known. */
  readonly costUsd: number | null;
  readonly cacheHits: number;
  readonly cacheMisses: number;
}

/** Counts what was done with the model since the start. */
@Injectable()
export class LlmActivity {
  private readonly outcomes: Partial<Record<ExchangeOutcome, number>> = {};
  private readonly sums = { attempts: 0, promptTokens: 0, completionTokens: 0, cacheHits: 0, cacheMisses: 0 };
  private costUsd: number | null = 0;

  ended(outcome: ExchangeOutcome, usage: Usage): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
    this.sums.attempts += usage.attempts;
    this.sums.promptTokens += usage.promptTokens;
    this.sums.completionTokens += usage.completionTokens;
    const isPriced = usage.costUsd !== null || usage.promptTokens + usage.completionTokens === 0;
    this.costUsd = this.costUsd === null || !isPriced ? null : this.costUsd + (usage.costUsd ?? 0);
  }

  cacheLookup(isHit: boolean): void {
    this.sums[isHit ? 'cacheHits' : 'cacheMisses'] += 1;
  }

  totals(): LlmTotals {
    return { outcomes: { ...this.outcomes }, ...this.sums, costUsd: this.costUsd };
  }
}
