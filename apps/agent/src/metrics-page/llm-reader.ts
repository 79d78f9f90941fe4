import { Injectable } from '@nestjs/common';
import { Settings } from '@app/config';
import { Clock } from '@app/core';
import { Circuit, type CircuitState, LlmActivity, type LlmTotals, TokenLedger } from '@app/llm';

export interface LlmReading {
  readonly tokensUsedToday: number;
  readonly dailyTokenBudget: number;
  readonly circuit: CircuitState;
  /** Since the agent started. */
  readonly totals: LlmTotals;
}

/** What was done with the model, and what may still be spent on it. */
@Injectable()
export class LlmReader {
  constructor(
    private readonly ledger: TokenLedger,
    private readonly activity: LlmActivity,
    private readonly circuit: Circuit,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  async llm(): Promise<LlmReading> {
    const today = this.clock.isoNow().slice(0, 'YYYY-MM-DD'.length);
    return {
      tokensUsedToday: await this.ledger.usedToday(today),
      dailyTokenBudget: this.settings.llm.dailyTokenBudget,
      circuit: this.circuit.view().state,
      totals: this.activity.totals(),
    };
  }
}
