import { TokenLedger } from '@app/llm';

/** A ledger that forgets with the process. */
export class InMemoryTokenLedger extends TokenLedger {
  private readonly days: Map<string, number> = new Map();

  async usedToday(day: string): Promise<number> {
    return this.days.get(day) ?? 0;
  }

  async add(day: string, tokens: number): Promise<void> {
    this.days.set(day, (await this.usedToday(day)) + tokens);
  }
}
