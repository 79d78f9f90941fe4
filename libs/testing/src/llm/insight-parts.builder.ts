import type { Settings } from '@app/config';
import type { Clock } from '@app/core';
import {
  AnswerCache,
  Circuit,
  ExchangeLog,
  type ExchangeStore,
  GroqClient,
  type InsightCache,
  InsightService,
  LlmActivity,
  LlmHealth,
  ModelCaller,
  RuleBasedWriter,
  TokenBudget,
  type TokenLedger,
} from '@app/llm';
import { InMemoryExchangeStore } from './in-memory-exchange-store.js';
import { InMemoryInsightCache } from './in-memory-insight-cache.js';
import { InMemoryTokenLedger } from './in-memory-token-ledger.js';

export interface InsightParts {
  readonly service: InsightService;
  readonly caller: ModelCaller;
  readonly circuit: Circuit;
  readonly health: LlmHealth;
  readonly activity: LlmActivity;
  readonly exchanges: ExchangeLog;
}

export interface InsightStores {
  readonly ledger?: TokenLedger;
  readonly cache?: InsightCache;
  readonly exchanges?: ExchangeStore;
}

/** The writer of insights put together as the service does it, with stores in memory unless others are given. */
export function insightParts(settings: Settings, clock: Clock, stores: InsightStores = {}): InsightParts {
  const activity = new LlmActivity();
  const circuit = new Circuit(clock);
  const health = new LlmHealth(settings, clock, circuit);
  const budget = new TokenBudget(settings, clock, stores.ledger ?? new InMemoryTokenLedger());
  const caller = new ModelCaller(new GroqClient(settings, clock), circuit, budget, health);
  const cache = new AnswerCache(settings, clock, stores.cache ?? new InMemoryInsightCache(), activity);
  const exchanges = new ExchangeLog(stores.exchanges ?? new InMemoryExchangeStore(), activity);
  const service = new InsightService(settings, new RuleBasedWriter(), caller, cache, exchanges);
  return { service, caller, circuit, health, activity, exchanges };
}
