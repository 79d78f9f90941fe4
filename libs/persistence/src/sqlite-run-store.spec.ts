import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeRunStoreContract, InMemoryRunStore } from '@app/testing/workflow';
import { SqliteDatabase } from './sqlite-database.js';
import { SqliteRunStore } from './sqlite-run-store.js';

describeRunStoreContract('SqliteRunStore', () => {
  const folder = mkdtempSync(join(tmpdir(), 'run-store-'));
  const database = SqliteDatabase.open(folder);
  return {
    store: new SqliteRunStore(database),
    close: () => {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
});

describeRunStoreContract('InMemoryRunStore', () => ({ store: new InMemoryRunStore(), close: () => undefined }));
