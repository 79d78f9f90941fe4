import { ExchangeStore } from '@app/llm';

/** Exchanges that are forgotten with the process. */
export class InMemoryExchangeStore extends ExchangeStore {
  readonly kept: Map<string, string> = new Map();

  async get(runId: string): Promise<string | null> {
    return this.kept.get(runId) ?? null;
  }

  async put(runId: string, exchange: string): Promise<void> {
    this.kept.set(runId, exchange);
  }
}
