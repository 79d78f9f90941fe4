import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { ConfigModule, loadSettings } from '@app/config';
import { ActionJournal, AuditLog, EffectHistory, HistoryStore, RunEventLog, SafetyStore } from '@app/core';
import { Checkpoints } from './checkpointer.js';
import { PersistenceModule } from './persistence.module.js';
import { RunStore } from './run-store.js';
import { DATABASE_FILE } from './sqlite-database.js';
import { SqliteExchangeStore } from './sqlite-exchange-store.js';
import { SqliteInsightCache } from './sqlite-insight-cache.js';
import { SqliteTokenLedger } from './sqlite-token-ledger.js';
import { StoreHealth } from './store-health.js';
import { LOCK_FILE } from './store-lock.js';
import { StoreUsage } from './store-usage.js';

it('opens one store below DATA_DIR for all that is injected, and closes it with the application', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'store-module-'));
  const imports = [ConfigModule.forRoot(loadSettings({ DATA_DIR: dataDir })), PersistenceModule];
  const module = await (await Test.createTestingModule({ imports }).compile()).init();
  for (const token of [
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
    StoreUsage,
  ])
    expect(module.get(token)).toBeDefined();
  expect(module.get(StoreHealth).check().ok).toBe(true);
  await expect(Test.createTestingModule({ imports }).compile()).rejects.toThrow('Another agent is using DATA_DIR');
  await module.close();
  expect(module.get(StoreHealth).check().ok).toBe(false);
  expect(readdirSync(dataDir).sort()).toEqual([DATABASE_FILE, LOCK_FILE]);
  rmSync(dataDir, { recursive: true });
});
