import { Global, Module } from '@nestjs/common';
import { Settings } from '@app/config';
import { Checkpoints } from './checkpointer.js';
import { RunStore } from './run-store.js';
import { SqliteDatabase } from './sqlite-database.js';
import { SqliteRunStore } from './sqlite-run-store.js';
import { SqliteTokenLedger } from './sqlite-token-ledger.js';
import { StoreHealth } from './store-health.js';

/** One open store per process; closed after every other part has shut down. */
@Global()
@Module({
  providers: [
    {
      provide: SqliteDatabase,
      useFactory: (settings: Settings) => SqliteDatabase.open(settings.store.dataDir),
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
    SqliteTokenLedger,
    StoreHealth,
  ],
  exports: [RunStore, Checkpoints, SqliteTokenLedger, StoreHealth],
})
export class PersistenceModule {}
