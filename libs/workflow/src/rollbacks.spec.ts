import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { planHash } from '@app/actions';
import type { JournalEntry, PlannedActionStatus, Run } from '@app/core';
import { RememberingNotifier } from '@app/testing/loop';
import {
  aJournalEntry,
  anOptimizationAction,
  aStoredRun,
  InMemoryActionJournal,
  InMemoryAuditLog,
  InMemoryRunStore,
  InMemorySafetyStore,
  SetClock,
} from '@app/testing/workflow';
import { ManualRollback } from './manual-rollback.js';
import { Rollbacks } from './rollbacks.js';

const EXPIRES_AT = '2026-01-01T01:00:00.000Z';
const ERROR = 'the driver denies it';

let store: InMemoryRunStore;
let journal: InMemoryActionJournal;
let safety: InMemorySafetyStore;
let notifier: RememberingNotifier;
let audit: InMemoryAuditLog;
let rollbacks: Rollbacks;
let byHand: ManualRollback;

beforeEach(() => {
  Logger.overrideLogger(false);
  const clock = new SetClock();
  store = new InMemoryRunStore();
  journal = new InMemoryActionJournal();
  safety = new InMemorySafetyStore();
  notifier = new RememberingNotifier();
  audit = new InMemoryAuditLog(clock);
  const runner = { undo: neverAgain, recover: neverAgain, keep: neverAgain };
  rollbacks = new Rollbacks({ runner, journal, safety, audit, notifier, store, clock });
  byHand = new ManualRollback({ rollbacks, journal, audit, store, clock });
});

/** What is at its end on the device is not touched again. */
async function neverAgain(): Promise<never> {
  throw new Error('It was done a second time.');
}

/** A process got the journal so far, and was killed before it could write anything else. */
async function killedAt(
  phase: JournalEntry['phase'],
  status: Run['status'],
  planned: PlannedActionStatus = 'verified',
) {
  const actions = [anOptimizationAction({ status: planned })];
  const plan = { hash: planHash({ runId: 'run_1', expiresAt: EXPIRES_AT, actions }), expiresAt: EXPIRES_AT, actions };
  await store.create(aStoredRun({ status, plan }));
  const at = '2026-01-01T00:00:00.000Z';
  await journal.begin(aJournalEntry({ phase, endedAt: at, error: phase === 'undo-failed' ? ERROR : null }));
}

const planned = async (): Promise<PlannedActionStatus | undefined> =>
  (await store.get('run_1'))?.plan?.actions[0]?.status;

describe('what a killed process had taken back, or had failed to', () => {
  it('freezes the target and is told, though the way back was at its end', async () => {
    await killedAt('undo-failed', 'running');
    expect(await rollbacks.undoOpen('run_1', 'it did harm')).toMatchObject({ frozen: true, isComplete: false });
    expect(await safety.freezeOf('local')).toMatchObject({ runId: 'run_1', reason: expect.stringContaining(ERROR) });
    expect(notifier.alerts).toMatchObject([{ runId: 'run_1' }]);
    expect(await planned()).toBe('failed');
  });

  it('is in plan and audit log, though the device was back already', async () => {
    await killedAt('undone', 'running');
    expect(await rollbacks.undoOpen('run_1', 'it did harm')).toMatchObject({ isRolledBack: true, frozen: false });
    expect(await planned()).toBe('rolled_back');
    expect((await audit.list({ limit: 9 })).items.map(({ event }) => event)).toEqual(['rolled-back']);
  });

  it('is in the plan when it turned out that nothing was changed', async () => {
    await killedAt('failed', 'running', 'executing');
    expect(await rollbacks.undoOpen('run_1', 'it did harm')).toMatchObject({ isRolledBack: false, frozen: false });
    expect(await planned()).toBe('failed');
  });

  it.each([
    ['undo-failed', 'failed'],
    ['undone', 'rolled_back'],
  ] as const)('is told once: %s', async (phase, status) => {
    await killedAt(phase, 'running', status);
    expect(await rollbacks.undoOpen('run_1', 'it did harm')).toMatchObject({ explanation: '' });
    expect((await audit.list({ limit: 9 })).items).toEqual([]);
    expect(notifier.alerts).toEqual([]);
  });
});

describe('a rollback by hand whose process was killed at its end', () => {
  it.each([
    ['undone', 'rolled_back', 'rolled_back', false],
    ['undo-failed', 'failed', 'failed', true],
  ] as const)('is taken up and closed: %s', async (phase, status, action, frozen) => {
    await killedAt(phase, 'succeeded');
    expect(await byHand.unfinished('local')).toEqual(['run_1']);
    await byHand.execute('run_1');
    expect(await store.get('run_1')).toMatchObject({ status, outcome: { rolledBack: !frozen, frozen } });
    expect(await planned()).toBe(action);
    expect(await byHand.unfinished('local')).toEqual([]);
  });

  it('is none where the run itself took back what it did', async () => {
    await killedAt('undone', 'cancelled', 'rolled_back');
    expect(await byHand.unfinished('local')).toEqual([]);
  });
});
