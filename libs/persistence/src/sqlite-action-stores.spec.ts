import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  aJournalEntry,
  anAuditRecord,
  aStoredRun,
  describeActionJournalContract,
  describeAuditLogContract,
  describeEffectHistoryContract,
  describeSafetyStoreContract,
  InMemoryActionJournal,
  InMemoryAuditLog,
  InMemoryEffectHistory,
  InMemorySafetyStore,
  type OpenPart,
  SetClock,
} from '@app/testing/workflow';
import { migrate } from './migrations/migrate.js';
import { MIGRATIONS } from './migrations/migrations.js';
import { SqliteActionJournal } from './sqlite-action-journal.js';
import { SqliteAuditLog } from './sqlite-audit-log.js';
import { SqliteDatabase } from './sqlite-database.js';
import { SqliteEffectHistory } from './sqlite-effect-history.js';
import { SqliteRunStore } from './sqlite-run-store.js';
import { SqliteSafetyStore } from './sqlite-safety-store.js';

/** As SQLite names them. */
const NORMAL = 1;
const FULL = 2;

function onDisk<Part>(make: (database: SqliteDatabase) => Part): OpenPart<Part> {
  const folder = mkdtempSync(join(tmpdir(), 'action-stores-'));
  const database = SqliteDatabase.open(folder);
  return {
    part: make(database),
    close: () => {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function inMemory<Part>(part: Part): OpenPart<Part> {
  return { part, close: () => undefined };
}

describeActionJournalContract('SqliteActionJournal', () => onDisk((database) => new SqliteActionJournal(database)));
describeActionJournalContract('InMemoryActionJournal', () => inMemory(new InMemoryActionJournal()));
describeAuditLogContract('SqliteAuditLog', (clock) => onDisk((database) => new SqliteAuditLog(database, clock)));
describeAuditLogContract('InMemoryAuditLog', (clock) => inMemory(new InMemoryAuditLog(clock)));
describeSafetyStoreContract('SqliteSafetyStore', () => onDisk((database) => new SqliteSafetyStore(database)));
describeSafetyStoreContract('InMemorySafetyStore', () => inMemory(new InMemorySafetyStore()));
describeEffectHistoryContract('SqliteEffectHistory', () => onDisk((database) => new SqliteEffectHistory(database)));
describeEffectHistoryContract('InMemoryEffectHistory', () => inMemory(new InMemoryEffectHistory()));

describe('the tables of actions', () => {
  let opened: OpenPart<SqliteDatabase>;
  let database: SqliteDatabase;
  beforeEach(() => {
    opened = onDisk((open) => open);
    database = opened.part;
  });
  afterEach(() => opened.close());

  it.each([
    ['changed', "UPDATE audit_records SET actor = 'nobody'"],
    ['deleted', 'DELETE FROM audit_records'],
    [
      'replaced',
      `INSERT OR REPLACE INTO audit_records (id, at, kind, event, actor, details)
        SELECT id, at, kind, event, 'nobody', details FROM audit_records`,
    ],
  ])('do not let audit records be %s', async (_what, sql) => {
    const log = new SqliteAuditLog(database, new SetClock());
    const stored = await log.append(anAuditRecord());
    expect(() => database.connection.exec(sql)).toThrow('audit records are only ever added');
    expect((await log.list({ limit: 9 })).items).toEqual([stored]);
  });

  it('keep what was done when its run is deleted, and lose the events', async () => {
    await new SqliteRunStore(database).create(aStoredRun());
    await new SqliteActionJournal(database).begin(aJournalEntry());
    await new SqliteAuditLog(database, new SetClock()).append(anAuditRecord());
    database.run(database.query.deleteFrom('runs'));
    const count = (table: 'action_journal' | 'audit_records' | 'run_events'): number =>
      database.all(database.query.selectFrom(table).selectAll()).length;
    expect([count('action_journal'), count('audit_records'), count('run_events')]).toEqual([1, 1, 0]);
  });

  it('wait for the disk with what is meant, there and back, and with nothing else afterwards', async () => {
    const settings: unknown[] = [];
    const run = database.run.bind(database);
    database.run = (query) => {
      settings.push(database.pragma('synchronous'));
      return run(query);
    };
    const journal = new SqliteActionJournal(database);
    await journal.begin(aJournalEntry());
    await journal.advance('run_1', 'action-1', ['intended'], 'undoing');
    expect([...settings, database.pragma('synchronous')]).toEqual([FULL, FULL, NORMAL]);
  });

  it('go back to not waiting after an intent that could not be written', async () => {
    database.connection.exec('DROP TABLE action_journal');
    const begun = new SqliteActionJournal(database).begin(aJournalEntry());
    await expect(begun).rejects.toMatchObject({ code: 'store_failed' });
    expect(database.pragma('synchronous')).toBe(NORMAL);
  });
});

describe('a store of the version before', () => {
  it('gets the tables of actions, and its runs have neither decision nor wish to cancel', async () => {
    const connection = new BetterSqlite3(':memory:');
    migrate(connection, MIGRATIONS.slice(0, 5));
    connection.exec(
      `INSERT INTO runs (id, target, mode, objective, max_actions, llm, status, created_at, requested_by, recoveries,
        steps, warnings) VALUES ('run_1', 'local', 'recommend', 'balanced', 3, 0, 'queued', '2026-01-01T00:00:00.000Z',
        'local', 0, '[]', '[]')`,
    );
    migrate(connection, MIGRATIONS);
    const database = new SqliteDatabase(connection);
    expect(await new SqliteRunStore(database).get('run_1')).toEqual(aStoredRun());
    database.close();
  });
});
