import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { loadSettings } from '@app/config';
import { aStoredRun, SetClock } from '@app/testing/workflow';
import { Checkpoints } from './checkpointer.js';
import { RetentionService } from './retention.service.js';
import { SqliteDatabase } from './sqlite-database.js';
import { SqliteExchangeStore } from './sqlite-exchange-store.js';
import { MOST_ANSWERS, SqliteInsightCache } from './sqlite-insight-cache.js';
import { SqliteRunStore } from './sqlite-run-store.js';
import { StoreUsage } from './store-usage.js';

const NOW = Date.parse('2026-01-01T00:00:00.000Z');
let folder: string;
let database: SqliteDatabase;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llm-stores-'));
  database = SqliteDatabase.open(folder);
});
afterEach(() => {
  jest.restoreAllMocks();
  database.close();
  rmSync(folder, { recursive: true });
});

describe('SqliteInsightCache', () => {
  it('gives back what it keeps until it expires, also after a restart', async () => {
    await new SqliteInsightCache(database).put('key', '{"a":1}', NOW + 1000);
    database.close();
    database = SqliteDatabase.open(folder);
    const cache = new SqliteInsightCache(database);
    expect(await cache.get('key', NOW + 999)).toBe('{"a":1}');
    expect(await cache.get('key', NOW + 1000)).toBeNull();
    expect(await cache.get('other', NOW)).toBeNull();
  });

  it('keeps the later entry under a key', async () => {
    const cache = new SqliteInsightCache(database);
    await cache.put('key', 'first', NOW + 1000);
    await cache.put('key', 'second', NOW + 2000);
    expect(await cache.get('key', NOW + 1500)).toBe('second');
  });

  it('is bounded: what expires first makes room', async () => {
    const cache = new SqliteInsightCache(database);
    for (let index = 0; index < MOST_ANSWERS + 3; index += 1) await cache.put(`key-${index}`, 'x', NOW + 1000 + index);
    expect(database.all(database.query.selectFrom('llm_answers').select('cache_key'))).toHaveLength(MOST_ANSWERS);
    expect(await cache.get('key-2', NOW)).toBeNull();
    expect(await cache.get('key-3', NOW)).toBe('x');
  });

  it('is swept by the retention', async () => {
    jest.spyOn(Logger.prototype, 'log').mockReturnValue(undefined);
    const cache = new SqliteInsightCache(database);
    await cache.put('old', 'x', NOW);
    await cache.put('young', 'x', NOW + 1);
    const settings = loadSettings({});
    const usage = new StoreUsage(database, settings);
    const retention = new RetentionService(database, new Checkpoints(database), usage, settings, new SetClock(NOW));
    expect(await retention.sweep()).toMatchObject({ cachedAnswers: 1 });
    expect(database.all(database.query.selectFrom('llm_answers').select('cache_key'))).toEqual([
      { cache_key: 'young' },
    ]);
  });
});

describe('SqliteExchangeStore', () => {
  it('keeps one exchange per run and loses it with the run', async () => {
    const exchanges = new SqliteExchangeStore(database);
    await new SqliteRunStore(database).create(aStoredRun({ id: 'run_1' }));
    expect(await exchanges.get('run_1')).toBeNull();
    await exchanges.put('run_1', 'first');
    await exchanges.put('run_1', 'second');
    expect(await exchanges.get('run_1')).toBe('second');
    database.run(database.query.deleteFrom('runs').where('id', '=', 'run_1'));
    expect(await exchanges.get('run_1')).toBeNull();
  });

  it('takes nothing for a run that is not there', async () => {
    await expect(new SqliteExchangeStore(database).put('run_none', 'x')).rejects.toThrow('The store failed');
  });
});
