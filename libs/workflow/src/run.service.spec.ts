import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { settled, closeWorkflowProcess, openWorkflowProcess, type WorkflowProcess } from '@app/testing/loop';
import { aRunRequest } from '@app/testing/workflow';

const LONG_MS = 30_000;
const by = { requestedBy: 'local' };

let folder: string;
let processes: WorkflowProcess[];
const newProcess = (): WorkflowProcess => {
  const made = openWorkflowProcess(folder);
  processes.push(made);
  return made;
};

beforeEach(() => {
  Logger.overrideLogger(false);
  folder = mkdtempSync(join(tmpdir(), 'runs-'));
  processes = [];
});
afterEach(async () => {
  for (const made of processes) await closeWorkflowProcess(made);
  rmSync(folder, { recursive: true });
});

describe('the queue', () => {
  it('runs the second run of a busy target after the first, and another target at once', async () => {
    const { runs, snapshots } = newProcess();
    snapshots.hold();
    const first = await runs.start(aRunRequest(), by);
    const second = await runs.start(aRunRequest(), by);
    const elsewhere = await runs.start(aRunRequest({ target: 'other' }), by);
    await snapshots.begun(2);
    const status = await runs.status();
    expect(status).toMatchObject({ state: 'busy', queuedRuns: 1, awaitingApproval: [], lastRun: null });
    expect(status.activeRuns.map(({ id }) => id)).toEqual([first.id, elsewhere.id]);
    snapshots.release();
    expect((await runs.waitFor(second.id, LONG_MS)).status).toBe('succeeded');
    await runs.waitFor(elsewhere.id, LONG_MS);
    expect(await runs.status()).toMatchObject({ state: 'idle', queuedRuns: 0, lastRun: { status: 'succeeded' } });
  });

  it('knows only the targets that exist', async () => {
    await expect(newProcess().runs.start(aRunRequest({ target: 'mars' }), by)).rejects.toMatchObject({
      code: 'target_not_found',
    });
  });
});

describe('idempotency', () => {
  it('gives the same run for the same key and request, and refuses the key for another', async () => {
    const { runs } = newProcess();
    const options = { ...by, idempotencyKey: 'key' };
    const first = await runs.start(aRunRequest(), options);
    expect((await runs.start(aRunRequest(), options)).id).toBe(first.id);
    await expect(runs.start(aRunRequest({ maxActions: 1 }), options)).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect((await runs.list({ limit: 10 })).items).toHaveLength(1);
  });
});

describe('waiting', () => {
  it('gives the run as it is when the time is over', async () => {
    const { runs, snapshots } = newProcess();
    snapshots.hold();
    const { id } = await runs.start(aRunRequest(), by);
    await snapshots.begun(1);
    expect((await runs.waitFor(id, 1)).status).toBe('running');
    expect((await runs.waitFor(id, 0)).status).toBe('running');
  });

  it('knows no run that does not exist', async () => {
    await expect(newProcess().runs.waitFor('run_none', LONG_MS)).rejects.toMatchObject({ code: 'run_not_found' });
  });
});

describe('cancelling', () => {
  it('ends a queued run at once, and it never begins', async () => {
    const { runs, snapshots } = newProcess();
    snapshots.hold();
    await runs.start(aRunRequest(), by);
    const { id } = await runs.start(aRunRequest(), by);
    await snapshots.begun(1);
    expect(await runs.cancel(id, 'local')).toMatchObject({ status: 'cancelled', startedAt: null, durationMs: null });
    snapshots.release();
    const third = await runs.start(aRunRequest(), by);
    await runs.waitFor(third.id, LONG_MS);
    expect(snapshots.collected).toHaveLength(2);
  });

  it('ends a running run while its reading is still under way, wakes who waits, and keeps nothing later', async () => {
    const { runs, snapshots, clock, countCheckpoints } = newProcess();
    snapshots.hold();
    const { id } = await runs.start(aRunRequest(), by);
    await snapshots.begun(1);
    const waited = runs.waitFor(id, LONG_MS);
    clock.advance(40);
    const cancelled = await runs.cancel(id, 'local');
    expect(cancelled).toMatchObject({ status: 'cancelled', durationMs: 40, snapshot: null });
    expect((await waited).status).toBe('cancelled');
    snapshots.release();
    await settled();
    expect(await runs.get(id)).toEqual(cancelled);
    expect(countCheckpoints()).toBe(0);
  });

  it('frees the target for the next run', async () => {
    const { runs, snapshots } = newProcess();
    snapshots.hold();
    const first = await runs.start(aRunRequest(), by);
    const second = await runs.start(aRunRequest(), by);
    await snapshots.begun(1);
    await runs.cancel(first.id, 'local');
    await snapshots.begun(2);
    snapshots.release();
    expect((await runs.waitFor(second.id, LONG_MS)).status).toBe('succeeded');
  });

  it('is refused for a run that has ended, and for none', async () => {
    const { runs } = newProcess();
    const { id } = await runs.start(aRunRequest(), by);
    await runs.waitFor(id, LONG_MS);
    await expect(runs.cancel(id, 'local')).rejects.toMatchObject({
      code: 'run_not_cancellable',
      details: { status: 'succeeded' },
    });
    await expect(runs.cancel('run_none', 'local')).rejects.toMatchObject({ code: 'run_not_found' });
  });
});
