import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Outcome, RunEvent, RunStep } from '@app/core';
import {
  anOptimizationAction,
  aPlan,
  aRunAnalysis,
  aRunFinding,
  aStoredRun,
  insightsBy,
  SetClock,
} from '@app/testing/workflow';
import { RunNews } from './run-news.js';
import { SqliteDatabase } from './sqlite-database.js';
import { SqliteRunEventLog } from './sqlite-run-event-log.js';
import { SqliteRunStore } from './sqlite-run-store.js';

const STEP: RunStep = {
  stage: 'plan',
  status: 'ok',
  startedAt: '2026-01-01T00:00:01.000Z',
  finishedAt: '2026-01-01T00:00:02.000Z',
  durationMs: 1000,
  detail: null,
};
const OUTCOME: Outcome = { verdict: 'improved', metrics: [], rolledBack: false, frozen: false, explanation: 'Good.' };

let folder: string;
let database: SqliteDatabase;
let clock: SetClock;
let store: SqliteRunStore;
let log: SqliteRunEventLog;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-events-'));
  database = SqliteDatabase.open(folder);
  clock = new SetClock();
  const news = new RunNews();
  store = new SqliteRunStore(database, clock, news);
  log = new SqliteRunEventLog(database, news);
});
afterEach(() => {
  jest.restoreAllMocks();
  database.close();
  rmSync(folder, { recursive: true });
});

/** Stores a running run; what it answers with are the events since then. */
async function aRunningRun(): Promise<() => Promise<Pick<RunEvent, 'event' | 'data'>[]>> {
  await store.create(aStoredRun({ status: 'running' }));
  const [made] = await log.after('run_1', 0, 9);
  return async () => {
    const events = await log.after('run_1', made?.id ?? 0, 99);
    return events.map(({ event, data }) => ({ event, data }));
  };
}

describe('the events of a run', () => {
  it('begin with its making, at the time of the store', async () => {
    clock.advance(5000);
    await store.create(aStoredRun());
    expect(await log.after('run_1', 0, 9)).toEqual([
      {
        id: expect.any(Number),
        runId: 'run_1',
        at: '2026-01-01T00:00:05.000Z',
        event: 'status',
        data: { status: 'queued', stage: null },
      },
    ]);
  });

  it('do not tell again of a run that its idempotency key has brought back', async () => {
    const options = { idempotencyKey: 'key', bodyHash: 'hash' };
    await store.create(aStoredRun(), options);
    await store.create(aStoredRun({ id: 'run_2' }), options);
    expect(await log.after('run_1', 0, 9)).toHaveLength(1);
    expect(await log.after('run_2', 0, 9)).toEqual([]);
  });

  it('tell of a change of status, with the stage that it leaves the run in', async () => {
    const since = await aRunningRun();
    await store.transition('run_1', ['running'], 'running', { stage: 'approve' });
    await store.transition('run_1', ['running'], 'awaiting_approval');
    await store.transition('run_1', ['running'], 'failed');
    expect(await since()).toEqual([
      { event: 'stage', data: { stage: 'approve', state: 'begun' } },
      { event: 'status', data: { status: 'awaiting_approval', stage: 'approve' } },
    ]);
  });

  it('tell what was found, decided and done before they tell that it ended', async () => {
    const since = await aRunningRun();
    const payloads = { analysis: aRunAnalysis([aRunFinding()]), insights: insightsBy('rules', 'no key') };
    const patch = { payloads: { ...payloads, plan: aPlan(), outcome: OUTCOME }, steps: [STEP], stage: null };
    await store.transition('run_1', ['running'], 'succeeded', patch);
    const { id, ruleId, severity, state, subject, title } = aRunFinding();
    const { type, gate, risk, preview, ...action } = anOptimizationAction();
    expect(await since()).toEqual([
      { event: 'finding', data: { id, ruleId, severity, state, subject, title } },
      {
        event: 'insight',
        data: { source: 'rules', summary: 'Written by rules.', recommendations: 0, degradedReason: 'no key' },
      },
      {
        event: 'action',
        data: {
          id: 'action-1',
          type,
          status: 'proposed',
          subject: action.subject,
          gate,
          risk,
          preview,
          error: null,
        },
      },
      { event: 'stage', data: { ...STEP, state: 'ended' } },
      {
        event: 'status',
        data: {
          status: 'succeeded',
          stage: null,
          outcome: { verdict: 'improved', rolledBack: false, frozen: false, explanation: 'Good.' },
        },
      },
    ]);
  });

  it('tell of an outcome while the run goes on', async () => {
    const since = await aRunningRun();
    await store.update('run_1', { payloads: { outcome: OUTCOME } });
    expect(await since()).toMatchObject([{ event: 'status', data: { status: 'running', outcome: { frozen: false } } }]);
  });

  it('tell of an action when it is new, goes on or fails, and not of the others', async () => {
    const [first, second] = [anOptimizationAction(), anOptimizationAction({ id: 'action-2' })];
    const since = await aRunningRun();
    const save = (...actions: (typeof first)[]) => store.update('run_1', { payloads: { plan: aPlan({ actions }) } });
    await save(first);
    await save(first, second);
    await save({ ...first, status: 'executing', before: { watts: 700 } }, second);
    await save({ ...first, status: 'executing', after: { watts: 600 } }, { ...second, error: 'denied' });
    const told = (await since()).map(({ data }) => [data['id'], data['status'], data['error']]);
    expect(told).toEqual([
      ['action-1', 'proposed', null],
      ['action-2', 'proposed', null],
      ['action-1', 'executing', null],
      ['action-2', 'proposed', 'denied'],
    ]);
  });

  it('are not kept of a change that is not', async () => {
    const since = await aRunningRun();
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const plan = aPlan({ actions: [anOptimizationAction({ before: circular })] });
    await expect(store.update('run_1', { stage: 'plan', payloads: { plan } })).rejects.toThrow();
    expect(await store.transition('run_1', ['queued'], 'failed', { stage: 'plan' })).toBe(false);
    expect(await since()).toEqual([]);
    expect((await store.get('run_1'))?.stage).toBeNull();
  });

  it('are read a stretch at a time, those of other runs apart', async () => {
    for (const id of ['run_1', 'run_2']) await store.create(aStoredRun({ id, status: 'running' }));
    for (const stage of ['collect', 'analyze', 'insights'] as const) {
      await store.update('run_1', { stage });
      await store.update('run_2', { stage });
    }
    const first = await log.after('run_1', 0, 2);
    const rest = await log.after('run_1', first.at(-1)?.id ?? 0, 9);
    expect([first, rest].map((events) => events.map(({ data }) => data['stage']))).toEqual([
      [null, 'collect'],
      ['analyze', 'insights'],
    ]);
  });
});

describe('news of a run', () => {
  it('come when a change and its events are stored, to the listeners of that run only', async () => {
    const heard: Promise<readonly RunEvent[]>[] = [];
    const other = jest.fn();
    log.onNews('run_1', () => heard.push(log.after('run_1', 0, 9)));
    log.onNews('run_2', other);
    await store.create(aStoredRun({ status: 'running' }));
    await store.update('run_1', { stage: 'collect' });
    expect((await Promise.all(heard)).map((events) => events.length)).toEqual([1, 2]);
    expect(other).not.toHaveBeenCalled();
  });

  it('do not come when nothing was changed, nor after the end of listening', async () => {
    const listener = jest.fn();
    const [stop, stopOther] = [log.onNews('run_1', listener), log.onNews('run_1', listener)];
    await store.update('run_1', { stage: 'collect' });
    expect(listener).not.toHaveBeenCalled();
    stop();
    stop();
    await store.create(aStoredRun());
    expect(listener).toHaveBeenCalledTimes(1);
    stopOther();
    await store.transition('run_1', ['queued'], 'running');
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('reach the others when a listener throws, and the change stays', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    const listener = jest.fn();
    log.onNews('run_1', () => {
      throw new Error('gone');
    });
    log.onNews('run_1', listener);
    expect(await store.create(aStoredRun())).toMatchObject({ outcome: 'created' });
    expect(listener).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toContain('run_1');
  });
});
