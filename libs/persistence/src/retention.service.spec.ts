import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { loadSettings, Settings } from '@app/config';
import type { RunStatus } from '@app/core';
import { FRAME_EPOCH_MS } from '@app/testing/analysis';
import {
  aHistoryFrame,
  aJournalEntry,
  anAuditRecord,
  aSnapshotOfSections,
  aStoredRun,
  gathered,
  SetClock,
} from '@app/testing/workflow';
import { Checkpoints } from './checkpointer.js';
import { RetentionService } from './retention.service.js';
import { SqliteActionJournal } from './sqlite-action-journal.js';
import { SqliteAuditLog } from './sqlite-audit-log.js';
import { DATABASE_FILE, SqliteDatabase } from './sqlite-database.js';
import { SqliteHistoryStore } from './sqlite-history-store.js';
import { SqliteRunStore } from './sqlite-run-store.js';
import { StoreUsage } from './store-usage.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MEGABYTE = 1024 * 1024;
const NOW = FRAME_EPOCH_MS;

let folder: string;
let database: SqliteDatabase;
let runs: SqliteRunStore;
let history: SqliteHistoryStore;
let log: jest.SpiedFunction<Logger['log']>;
let warn: jest.SpiedFunction<Logger['warn']>;
let error: jest.SpiedFunction<Logger['error']>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'retention-'));
  database = SqliteDatabase.open(folder);
  runs = new SqliteRunStore(database);
  history = new SqliteHistoryStore(database);
  log = jest.spyOn(Logger.prototype, 'log').mockReturnValue(undefined);
  warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
  error = jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
});
afterEach(() => {
  jest.restoreAllMocks();
  database.close();
  rmSync(folder, { recursive: true });
});

function retention(values: Partial<Settings['retention']> = {}) {
  const defaults = loadSettings({});
  const settings = new Settings({ ...defaults, retention: { ...defaults.retention, ...values } });
  const usage = new StoreUsage(database, settings);
  const checkpoints = new Checkpoints(database);
  return { usage, service: new RetentionService(database, checkpoints, usage, settings, new SetClock(NOW)) };
}

const ago = (ms: number): string => new Date(NOW - ms).toISOString();

async function addRun(id: string, status: RunStatus, endedAgoMs: number | null, kilobytes = 0): Promise<void> {
  const createdAt = ago((endedAgoMs ?? 90 * DAY_MS) + HOUR_MS);
  const finishedAt = endedAgoMs === null ? null : ago(endedAgoMs);
  await runs.create(aStoredRun({ id, status, createdAt, finishedAt }));
  const snapshot = { ...aSnapshotOfSections(), hostname: 'x'.repeat(kilobytes * 1024) };
  const json = JSON.stringify(snapshot);
  database.run(database.query.insertInto('run_payloads').values({ run_id: id, kind: 'snapshot', json }));
}

/** A frame from that long before now. */
async function addFrame(agoMs: number): Promise<void> {
  await history.append(aHistoryFrame(-agoMs / 1000));
}

const runIds = (): string[] =>
  database.all(database.query.selectFrom('runs').select('id').orderBy('id')).map(({ id }) => id);
const payloadOwners = (): string[] =>
  database.all(database.query.selectFrom('run_payloads').select('run_id').orderBy('run_id')).map((row) => row.run_id);
const frameAges = async (): Promise<number[]> =>
  (await gathered(history.frames('local', 0, NOW))).map(({ snapshot }) => NOW - Date.parse(snapshot.collectedAt));

describe('a sweep', () => {
  it('deletes runs that ended longer ago than they are kept, with their payloads', async () => {
    await addRun('run_old', 'succeeded', 31 * DAY_MS);
    await addRun('run_young', 'failed', 29 * DAY_MS);
    const report = await retention().service.sweep();
    expect(report).toMatchObject({ runs: 1, historyFrames: 0, isOverBound: false });
    expect(runIds()).toEqual(['run_young']);
    expect(payloadOwners()).toEqual(['run_young']);
  });

  it.each<RunStatus>(['queued', 'running', 'awaiting_approval'])(
    'keeps a run that is %s, however old',
    async (status) => {
      await addRun('run_open', status, null);
      await retention({ runsDays: 1 }).service.sweep();
      expect(runIds()).toEqual(['run_open']);
    },
  );

  it('deletes more runs and frames than one step takes', async () => {
    for (let index = 0; index < 45; index += 1) await addRun(`run_${index}`, 'succeeded', 40 * DAY_MS + index);
    for (let index = 0; index < 450; index += 1) await addFrame(30 * HOUR_MS + index * 60_000);
    expect(await retention().service.sweep()).toMatchObject({ runs: 45, historyFrames: 450 });
    expect(runIds()).toEqual([]);
    expect(await frameAges()).toEqual([]);
  });

  it('deletes history that is older than it is kept', async () => {
    for (const hours of [50, 25, 23, 1]) await addFrame(hours * HOUR_MS);
    await retention().service.sweep();
    expect(await frameAges()).toEqual([23 * HOUR_MS, HOUR_MS]);
    await retention({ historyHours: 2 }).service.sweep();
    expect(await frameAges()).toEqual([HOUR_MS]);
  });

  it('deletes the checkpoints of runs that have ended or are gone, and keeps those of the others', async () => {
    const saver = await new Checkpoints(database).create();
    const config = (id: string) => ({ configurable: { thread_id: id, checkpoint_ns: '' } });
    await addRun('run_open', 'awaiting_approval', null);
    await addRun('run_ended', 'succeeded', HOUR_MS);
    for (const id of ['run_open', 'run_ended', 'run_gone']) {
      const checkpoint = { v: 4, id: 'c1', ts: '', channel_values: {}, channel_versions: {}, versions_seen: {} };
      await saver.put(config(id), checkpoint, { source: 'input', step: -1, parents: {} });
    }
    expect(await retention().service.sweep()).toMatchObject({ checkpointRows: 2 });
    expect(await saver.getTuple(config('run_open'))).toBeDefined();
    expect(await saver.getTuple(config('run_ended'))).toBeUndefined();
    expect(await saver.getTuple(config('run_gone'))).toBeUndefined();
  });

  it('deletes journal entries of deleted runs after a month, and neither audit records nor what is younger', async () => {
    const journal = new SqliteActionJournal(database);
    const begin = (runId: string, begunAgoMs: number, endedAgoMs: number | null) =>
      journal.begin(
        aJournalEntry({ runId, intendedAt: ago(begunAgoMs), endedAt: endedAgoMs === null ? null : ago(endedAgoMs) }),
      );
    await addRun('run_waits', 'awaiting_approval', null);
    await begin('run_waits', 60 * DAY_MS, 60 * DAY_MS);
    await begin('run_gone', 31 * DAY_MS, 31 * DAY_MS);
    await begin('run_gone_open', 31 * DAY_MS, null);
    await begin('run_gone_ended_lately', 31 * DAY_MS, 29 * DAY_MS);
    await begin('run_gone_young', 29 * DAY_MS, 29 * DAY_MS);
    const audit = new SqliteAuditLog(database, new SetClock(NOW - 90 * DAY_MS));
    await audit.append(anAuditRecord({ runId: 'run_gone' }));
    expect(await retention().service.sweep()).toMatchObject({ journalEntries: 2 });
    const left = database.all(database.query.selectFrom('action_journal').select('run_id').orderBy('sequence'));
    expect(left.map(({ run_id: runId }) => runId)).toEqual(['run_waits', 'run_gone_ended_lately', 'run_gone_young']);
    expect((await audit.list({ limit: 9 })).items).toHaveLength(1);
  });

  it('says in one line what it deleted, and gives the numbers to others', async () => {
    await addRun('run_old', 'succeeded', 31 * DAY_MS);
    const { service, usage } = retention();
    expect(usage.view()).toMatchObject({ lastSweep: null, rows: { runs: 1, historyFrames: 0 } });
    expect(usage.sentence()).toMatch(/of at most 1024 MB, 1 runs, 0 history frames, not swept yet$/);
    const report = await service.sweep();
    // What is counted is the file with its write-ahead log folded in.
    database.pragma('wal_checkpoint(TRUNCATE)');
    expect(log).toHaveBeenCalledTimes(1);
    expect(log.mock.calls[0]?.[0]).toContain('deleted 1 runs, 0 history frames');
    expect(usage.view()).toEqual({
      bytes: statSync(join(folder, DATABASE_FILE)).size,
      boundBytes: 1024 * MEGABYTE,
      rows: { runs: 0, historyFrames: 0 },
      lastSweep: report,
    });
  });

  it('that fails is logged and leaves nothing hanging', async () => {
    const { service } = retention();
    database.close();
    expect(await service.sweep()).toBeNull();
    expect(error.mock.calls[0]?.[0]).toContain('could not be swept');
  });

  it('is joined by who asks for another at the same time', async () => {
    const { service } = retention();
    const [first, second] = await Promise.all([service.sweep(), service.sweep()]);
    expect(second).toBe(first);
  });
});

describe('a store above its bound', () => {
  const bound = { maxStoreMegabytes: 4 };
  const fileBytes = (): number => statSync(join(folder, DATABASE_FILE)).size;

  it('loses its oldest runs until it is below nine tenths, and the file gets smaller', async () => {
    for (let day = 1; day <= 20; day += 1)
      await addRun(`run_${String(day).padStart(2, '0')}`, 'succeeded', day * DAY_MS, 512);
    const report = await retention(bound).service.sweep();
    expect(fileBytes()).toBeLessThan(0.9 * 4 * MEGABYTE);
    expect(report).toMatchObject({ isOverBound: false });
    expect(report?.reclaimedBytes).toBeGreaterThan(5 * MEGABYTE);
    const left = runIds();
    expect(left[0]).toBe('run_01');
    expect(left).toHaveLength(20 - (report?.runs ?? 0));
    expect(left.at(-1)).toBe(`run_${String(left.length).padStart(2, '0')}`);
    expect(left.length).toBeGreaterThan(4);
  });

  it('loses the older of runs and history first', async () => {
    for (let minute = 0; minute < 300; minute += 1) await addFrame(20 * HOUR_MS - minute * 60_000);
    for (let index = 0; index < 30; index += 1)
      await addRun(`run_${index + 10}`, 'succeeded', 10 * HOUR_MS - index, 256);
    const report = await retention(bound).service.sweep();
    expect(report?.historyFrames).toBe(300);
    expect(report?.runs).toBeGreaterThan(0);
  });

  it('keeps runs of the last hour and runs that wait, and says that it stays too large', async () => {
    await addRun('run_fresh', 'succeeded', HOUR_MS / 2, 3 * 1024);
    await addRun('run_waits', 'awaiting_approval', null, 3 * 1024);
    const { service, usage } = retention(bound);
    expect(await service.sweep()).toMatchObject({ runs: 0, isOverBound: true });
    expect(runIds()).toEqual(['run_fresh', 'run_waits']);
    expect(warn.mock.calls[0]?.[0]).toContain('maxStoreMegabytes');
    expect(usage.sentence()).toContain('above its bound');
  });
});

describe('the timer', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] }));
  afterEach(() => void jest.useRealTimers());

  it('sweeps a while after the start, then every hour, until the service goes down', async () => {
    const { service } = retention();
    const sweep = jest.spyOn(service, 'sweep');
    service.onApplicationBootstrap();
    expect(sweep).toHaveBeenCalledTimes(0);
    await jest.advanceTimersByTimeAsync(30_000);
    expect(sweep).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(2 * HOUR_MS);
    expect(sweep).toHaveBeenCalledTimes(3);
    await service.onModuleDestroy();
    await jest.advanceTimersByTimeAsync(5 * HOUR_MS);
    expect(sweep).toHaveBeenCalledTimes(3);
  });

  it('ends a sweep under way before the store is closed', async () => {
    for (let index = 0; index < 200; index += 1) await addRun(`run_${index}`, 'succeeded', 40 * DAY_MS + index);
    const { service } = retention();
    const swept = service.sweep();
    await service.onModuleDestroy();
    database.close();
    expect(await swept).not.toBeNull();
    expect(error).not.toHaveBeenCalled();
  });
});
