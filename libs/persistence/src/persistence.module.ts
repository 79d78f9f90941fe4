import { Global, Module } from '@nestjs/common';
import { Settings } from '@app/config';
import { ActionJournal, AuditLog, Clock, EffectHistory, HistoryStore, RunEventLog, SafetyStore } from '@app/core';
import { Checkpoints } from './checkpointer.js';
import { RetentionService } from './retention.service.js';
import { RunNews } from './run-news.js';
import { RunStore } from './run-store.js';
import { SqliteActionJournal } from './sqlite-action-journal.js';
import { SqliteAuditLog } from './sqlite-audit-log.js';
import { SqliteDatabase } from './sqlite-database.js';
import { SqliteEffectHistory } from './sqlite-effect-history.js';
import { SqliteExchangeStore } from './sqlite-exchange-store.js';
import { SqliteHistoryStore } from './sqlite-history-store.js';
import { SqliteInsightCache } from './sqlite-insight-cache.js';
import { SqliteRunEventLog } from './sqlite-run-event-log.js';
import { SqliteRunStore } from './sqlite-run-store.js';
import { SqliteSafetyStore } from './sqlite-safety-store.js';
import { SqliteTokenLedger } from './sqlite-token-ledger.js';
import { StoreHealth } from './store-health.js';
import { StoreUsage } from './store-usage.js';

/** One open store per process; closed after every other part has shut down. */
@Global()
@Module({
  providers: [
    RunNews,
    {
      provide: SqliteDatabase,
      useFactory: (settings: Settings) => SqliteDatabase.openAlone(settings.store.dataDir),
      inject: [Settings],
    },
    {
      provide: RunStore,
      useFactory: (database: SqliteDatabase, clock: Clock, news: RunNews) => new SqliteRunStore(database, clock, news),
      inject: [SqliteDatabase, Clock, RunNews],
    },
    {
      provide: RunEventLog,
      useFactory: (database: SqliteDatabase, news: RunNews) => new SqliteRunEventLog(database, news),
      inject: [SqliteDatabase, RunNews],
    },
    {
      provide: ActionJournal,
      useFactory: (database: SqliteDatabase) => new SqliteActionJournal(database),
      inject: [SqliteDatabase],
    },
    {
      provide: AuditLog,
      useFactory: (database: SqliteDatabase, clock: Clock) => new SqliteAuditLog(database, clock),
      inject: [SqliteDatabase, Clock],
    },
    {
      provide: SafetyStore,
      useFactory: (database: SqliteDatabase) => new SqliteSafetyStore(database),
      inject: [SqliteDatabase],
    },
    {
      provide: EffectHistory,
      useFactory: (database: SqliteDatabase) => new SqliteEffectHistory(database),
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
    RunEventLog,
    ActionJournal,
    AuditLog,
    SafetyStore,
    EffectHistory,
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
