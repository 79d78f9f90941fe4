import { Global, Module } from '@nestjs/common';
import { Settings } from '@app/config';
import { HistoryStore } from '@app/core';
import { Checkpoints } from './checkpointer.js';
import { RetentionService } from './retention.service.js';
import { RunStore } from './run-store.js';
import { SqliteDatabase } from './sqlite-database.js';
import { SqliteExchangeStore } from './sqlite-exchange-store.js';
import { SqliteHistoryStore } from './sqlite-history-store.js';
import { SqliteInsightCache } from './sqlite-insight-cache.js';
import { SqliteRunStore } from './sqlite-run-store.js';
import { SqliteTokenLedger } from './sqlite-token-ledger.js';
import { StoreHealth } from './store-health.js';
import { StoreUsage } from './store-usage.js';

/** One open store per process; closed after every other part has shut down. */
@Global()
@Module({
  providers: [
    {
      provide: SqliteDatabase,
      useFactory: (settings: Settings) => SqliteDatabase.openAlone(settings.store.dataDir),
      inject: [Settings],
    },
    {
      provide: RunStore,
      useFactory: (database: SqliteDatabase) => new SqliteRunStore(database),
      inject: [SqliteDatabase],
    },
    {
      provide: Checkpoints,
      useFactory: (database: SqliteDatabase) => new Checkpoints(database),
      inject: [SqliteDatabase],
    },
    {
      provide: HistoryStore,
      useFactory: (database: SqliteDatabase) => new SqliteHistoryStore(database),
      inject: [SqliteDatabase],
    },
    SqliteTokenLedger,
    SqliteInsightCache,
    SqliteExchangeStore,
    StoreHealth,
    StoreUsage,
    RetentionService,
  ],
  exports: [
    RunStore,
    Checkpoints,
    HistoryStore,
    SqliteTokenLedger,
    SqliteInsightCache,
    SqliteExchangeStore,
    StoreHealth,
    StoreUsage,
  ],
})
export class PersistenceModule {}
