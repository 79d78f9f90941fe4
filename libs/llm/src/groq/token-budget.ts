import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '@app/config';
import { Clock, messageOf } from '@app/core';
import { TokenLedger } from '../token-ledger.js';

/** Tokens set aside for a call. */
export interface Reservation {
  /** Books what was really used, and frees what was set aside. Never throws: the answer is paid for already. */
  settle(usedTokens: number): Promise<void>;
}

/**
 * `LLM_DAILY_TOKEN_BUDGET`: tokens per UTC day, counted from the `usage` of the answers, failed ones included.
 *
 * A call begins while something of the budget is left, after what calls under way have set aside. So the last call of
 * a day may go over by its own size, and no number of parallel ones by more than that.
 */
@Injectable()
export class TokenBudget {
  private readonly logger: Logger = new Logger(TokenBudget.name);
  private reserved: number = 0;

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly ledger: TokenLedger,
  ) {}

  /** A reservation, or a sentence that says why there is none. */
  async reserve(tokens: number): Promise<Reservation | string> {
    const budget = this.settings.llm.dailyTokenBudget;
    try {
      const used = await this.ledger.usedToday(this.today());
      if (used + this.reserved >= budget) return refusal(budget, used);
    } catch (error) {
      this.logger.warn({ message: 'token budget not readable', error: messageOf(error) });
      return 'The token budget could not be read, so the model was not asked; check the store.';
    }
    return this.setAside(tokens);
  }

  private setAside(tokens: number): Reservation {
    this.reserved += tokens;
    let isSettled = false;
    return {
      settle: async (usedTokens) => {
        if (isSettled) return;
        isSettled = true;
        await this.book(usedTokens);
        this.reserved -= tokens;
      },
    };
  }

  private async book(tokens: number): Promise<void> {
    if (tokens === 0) return;
    try {
      await this.ledger.add(this.today(), tokens);
    } catch (error) {
      this.logger.error({ message: 'spent tokens not noted', tokens, error: messageOf(error) });
    }
  }

  private today(): string {
    return this.clock.isoNow().slice(0, 'YYYY-MM-DD'.length);
  }
}

function refusal(budget: number, used: number): string {
  return used >= budget
    ? `The daily budget of ${budget} tokens is used up; it starts anew at midnight UTC, or raise LLM_DAILY_TOKEN_BUDGET.`
    : `What is left of the daily budget of ${budget} tokens is set aside for calls under way; raise LLM_DAILY_TOKEN_BUDGET.`;
}
