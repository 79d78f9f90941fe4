import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DATABASE_FILE, SqliteDatabase } from './sqlite-database.js';
import { LOCK_FILE, StoreLock } from './store-lock.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'store-lock-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

/** Another process that holds the lock as this one would. */
async function anotherHolder() {
  const script = `const db = new (require('better-sqlite3'))(${JSON.stringify(join(dataDir, LOCK_FILE))});
    db.exec('BEGIN EXCLUSIVE'); process.stdout.write('held'); setInterval(() => db, 1000);`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

it('lets one in, and the next when it has gone', () => {
  const first = SqliteDatabase.openAlone(dataDir);
  expect(() => SqliteDatabase.openAlone(dataDir)).toThrow(/Another agent is using DATA_DIR .*store-lock-/);
  first.close();
  SqliteDatabase.openAlone(dataDir).close();
  expect(readdirSync(dataDir).sort()).toEqual([DATABASE_FILE, LOCK_FILE]);
});

it('does not refuse those who only look into the store', () => {
  const agent = SqliteDatabase.openAlone(dataDir);
  expect(() => SqliteDatabase.open(dataDir).close()).not.toThrow();
  agent.close();
});

it('is held against other processes, and gone with one that was killed', async () => {
  const child = await anotherHolder();
  try {
    expect(() => StoreLock.take(dataDir)).toThrow('Another agent');
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  StoreLock.take(dataDir).release();
});

it('is given back when the store itself can not be opened', () => {
  writeFileSync(join(dataDir, DATABASE_FILE), 'text that is longer than the header of a database'.repeat(10));
  expect(() => SqliteDatabase.openAlone(dataDir)).toThrow(/can't be opened: file is not a database/);
  StoreLock.take(dataDir).release();
});

it('is readable by its owner only, and can be released twice', () => {
  const lock = StoreLock.take(dataDir);
  expect(statSync(join(dataDir, LOCK_FILE)).mode & 0o777).toBe(0o600);
  lock.release();
  expect(() => lock.release()).not.toThrow();
});
