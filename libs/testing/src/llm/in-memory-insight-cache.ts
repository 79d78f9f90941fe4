import { InsightCache } from '@app/llm';

/** Answers that are forgotten with the process. */
export class InMemoryInsightCache extends InsightCache {
  readonly kept: Map<string, { readonly entry: string; readonly expiresAtMs: number }> = new Map();

  async get(key: string, nowMs: number): Promise<string | null> {
    const found = this.kept.get(key);
    return found && found.expiresAtMs > nowMs ? found.entry : null;
  }

  async put(key: string, entry: string, expiresAtMs: number): Promise<void> {
    this.kept.set(key, { entry, expiresAtMs });
  }
}
