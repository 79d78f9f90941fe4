import { Global, Module } from '@nestjs/common';
import { ExchangeStore, InsightCache, TokenLedger } from '@app/llm';
import { SqliteExchangeStore, SqliteInsightCache, SqliteTokenLedger } from '@app/persistence';

/** Binds the ports that `llm` declares to the stores that `persistence` has: neither may know the other. */
@Global()
@Module({
  providers: [
    { provide: TokenLedger, useExisting: SqliteTokenLedger },
    { provide: InsightCache, useExisting: SqliteInsightCache },
    { provide: ExchangeStore, useExisting: SqliteExchangeStore },
  ],
  exports: [TokenLedger, InsightCache, ExchangeStore],
})
export class LlmStoresModule {}
