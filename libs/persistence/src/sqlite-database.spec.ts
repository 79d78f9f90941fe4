import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import BetterSqlite3 from 'better-sqlite3';
import { aStoredRun } from '@app/testing/workflow';
import { Checkpoints } from './checkpointer.js';
import { MIGRATIONS } from './migrations/migrations.js';
import { migrate } from './migrations/migrate.js';
import { DATABASE_FILE, SqliteDatabase } from './sqlite-database.js';
import { SqliteRunStore } from './sqlite-run-store.js';
import { SqliteTokenLedger } from './sqlite-token-ledger.js';
import { StoreHealth } from './store-health.js';

let root: string;
let dataDir: string;
let database: SqliteDatabase;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'store-'));
  dataDir = join(root, 'nested', 'data');
  database = SqliteDatabase.open(dataDir);
});
afterEach(() => {
  database.close();
  rmSync(root, { recursive: true });
});

describe('SqliteDatabase', () => {
  it('is readable by its owner only, with the files that SQLite puts beside it', async () => {
    await new SqliteRunStore(database).create(aStoredRun());
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    const files = readdirSync(dataDir);
    expect(files).toContain(`${DATABASE_FILE}-wal`);
    for (const file of files) expect(statSync(join(dataDir, file)).mode & 0o777).toBe(0o600);
  });

  it('keeps everything over a close and an open', async () => {
    await new SqliteRunStore(database).create(aStoredRun());
    database.close();
    database = SqliteDatabase.open(dataDir);
    expect(await new SqliteRunStore(database).get('run_1')).toEqual(aStoredRun());
  });

  it('leaves one file when closed, and can be closed twice', () => {
    database.close();
    database.close();
    expect(readdirSync(dataDir)).toEqual([DATABASE_FILE]);
  });

  it('can give back the pages of deleted rows, also when an earlier version made the file', () => {
    expect(database.pragma('auto_vacuum')).toBe(2);
    const folder = join(root, 'earlier');
    mkdirSync(folder);
    const earlier = new BetterSqlite3(join(folder, DATABASE_FILE));
    earlier.pragma('journal_mode = WAL');
    earlier.exec("CREATE TABLE old (value TEXT); INSERT INTO old VALUES ('kept')");
    earlier.close();
    const opened = SqliteDatabase.open(folder);
    expect(opened.pragma('auto_vacuum')).toBe(2);
    expect(opened.connection.prepare('SELECT value FROM old').get()).toEqual({ value: 'kept' });
    opened.close();
  });

  it('undoes a failed transaction whole', async () => {
    const store = new SqliteRunStore(database);
    await store.create(aStoredRun());
    expect(() =>
      database.transaction(() => {
        database.run(database.query.deleteFrom('runs'));
        throw new Error('stop');
      }),
    ).toThrow('The store failed: stop');
    expect(await store.get('run_1')).not.toBeNull();
  });

  it('says with a code what a failing store says in its own words', async () => {
    database.close();
    await expect(new SqliteRunStore(database).get('run_1')).rejects.toMatchObject({ code: 'store_failed' });
  });

  it('says where a damaged value is', async () => {
    const store = new SqliteRunStore(database);
    await store.create(aStoredRun());
    database.run(database.query.updateTable('runs').set({ steps: '[{' }));
    await expect(store.get('run_1')).rejects.toMatchObject({
      code: 'store_failed',
      message: expect.stringContaining('stored steps of run run_1'),
    });
  });

  it('refuses a folder that is a file, and a file that is no database', () => {
    const file = join(root, 'file');
    writeFileSync(file, 'text that is longer than the header of a database'.repeat(10));
    expect(() => SqliteDatabase.open(file)).toThrow(/can't be opened/);
    database.close();
    writeFileSync(join(dataDir, DATABASE_FILE), 'text that is longer than the header of a database'.repeat(10));
    expect(() => SqliteDatabase.open(dataDir)).toThrow(/can't be opened: file is not a database/);
  });
});

describe('migrations', () => {
  it('have numbered names in their order', () => {
    const names = MIGRATIONS.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, index) => index + 1));
  });

  it('are applied once', () => {
    const extra = { name: '9999-extra', statements: ['CREATE TABLE extra (id INTEGER)'] };
    migrate(database.connection, [...MIGRATIONS, extra]);
    expect(() => migrate(database.connection, [...MIGRATIONS, extra])).not.toThrow();
  });

  it('leave the schema as it was when one of them fails', () => {
    const broken = { name: '9999-broken', statements: ['CREATE TABLE half (id INTEGER)', 'CREATE NONSENSE'] };
    expect(() => migrate(database.connection, [...MIGRATIONS, broken])).toThrow();
    expect(database.connection.prepare("SELECT 1 FROM sqlite_master WHERE name = 'half'").get()).toBeUndefined();
  });

  it('refuse a store that a newer version has written', () => {
    migrate(database.connection, [...MIGRATIONS, { name: '9999-newer', statements: [] }]);
    database.close();
    expect(() => SqliteDatabase.open(dataDir)).toThrow('newer version');
  });
});

describe('SqliteTokenLedger', () => {
  it('adds up per day and begins at zero', async () => {
    const ledger = new SqliteTokenLedger(database);
    expect(await ledger.usedToday('2026-01-01')).toBe(0);
    await ledger.add('2026-01-01', 100);
    await ledger.add('2026-01-01', 23);
    await ledger.add('2026-01-02', 7);
    expect(await ledger.usedToday('2026-01-01')).toBe(123);
    expect(await ledger.usedToday('2026-01-02')).toBe(7);
  });
});

describe('StoreHealth', () => {
  it('is well when a write can be read back, again and again', () => {
    const health = new StoreHealth(database);
    expect(health.check()).toEqual({ ok: true, detail: null });
    expect(health.check()).toEqual({ ok: true, detail: null });
  });

  it('is not well, and says why, when nothing can be written', () => {
    database.connection.pragma('query_only = ON');
    expect(new StoreHealth(database).check()).toEqual({ ok: false, detail: expect.stringContaining('readonly') });
    database.close();
    expect(new StoreHealth(database).check()).toMatchObject({ ok: false });
  });
});

describe('Checkpoints', () => {
  const config = (threadId: string) => ({ configurable: { thread_id: threadId, checkpoint_ns: '' } });
  const put = async (checkpoints: Checkpoints, threadId: string): Promise<void> => {
    const saver = await checkpoints.create();
    const checkpoint = { v: 4, id: 'c1', ts: '', channel_values: {}, channel_versions: {}, versions_seen: {} };
    await saver.put(config(threadId), checkpoint, { source: 'input', step: -1, parents: {} });
  };

  it('deletes a thread, also before the saver was ever used', async () => {
    const checkpoints = new Checkpoints(database);
    checkpoints.deleteThread('run_1');
    await put(checkpoints, 'run_1');
    checkpoints.deleteThread('run_1');
    expect(await (await checkpoints.create()).getTuple(config('run_1'))).toBeUndefined();
  });

  it('deletes the threads of runs that have ended or are gone, and keeps the others', async () => {
    const store = new SqliteRunStore(database);
    await store.create(aStoredRun({ id: 'run_ended', status: 'failed' }));
    await store.create(aStoredRun({ id: 'run_left', status: 'running' }));
    const checkpoints = new Checkpoints(database);
    await put(checkpoints, 'run_ended');
    await put(checkpoints, 'run_left');
    await put(checkpoints, 'run_gone');
    expect(checkpoints.deleteFinishedThreads()).toBe(2);
    const saver = await checkpoints.create();
    expect(await saver.getTuple(config('run_ended'))).toBeUndefined();
    expect(await saver.getTuple(config('run_gone'))).toBeUndefined();
    expect(await saver.getTuple(config('run_left'))).toBeDefined();
  });
});
