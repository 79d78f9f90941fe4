import { Global, Module } from '@nestjs/common';
import { TokenLedger } from '@app/llm';
import { SqliteTokenLedger } from '@app/persistence';

/** Binds the port that `llm` declares to the store that `persistence` has: neither may know the other. */
@Global()
@Module({
  providers: [{ provide: TokenLedger, useExisting: SqliteTokenLedger }],
  exports: [TokenLedger],
})
export class LedgerModule {}
