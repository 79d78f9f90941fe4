import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { RunStatus } from '@app/core';
import { settled, closeWorkflowProcess, openWorkflowProcess, type WorkflowProcess } from '@app/testing/loop';
import { aRunAnalysis, aRunFinding, aRunRequest } from '@app/testing/workflow';
import { MAX_RECOVERIES } from './run-executor.js';

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

describe('the next process', () => {
  /** A process that died while it collected for the first run, with a second one queued. */
  async function crashed(): Promise<{ readonly dead: WorkflowProcess; readonly ids: [string, string] }> {
    const dead = newProcess();
    dead.snapshots.hold();
    const first = await dead.runs.start(aRunRequest(), by);
    const second = await dead.runs.start(aRunRequest(), by);
    await dead.snapshots.begun(1);
    return { dead, ids: [first.id, second.id] };
  }

  it('resumes what was running, then runs what was queued', async () => {
    const { ids } = await crashed();
    const { runs, snapshots, countCheckpoints } = newProcess();
    await runs.onApplicationBootstrap();
    const [first, second] = [await runs.waitFor(ids[0], LONG_MS), await runs.waitFor(ids[1], LONG_MS)];
    expect(first).toMatchObject({ status: 'succeeded', warnings: [expect.stringContaining('taken up again')] });
    expect(first.steps.map(({ stage }) => stage)).toEqual(['collect', 'analyze', 'insights', 'plan', 'report']);
    expect(second).toMatchObject({ status: 'succeeded', warnings: [] });
    expect(snapshots.collected).toHaveLength(2);
    await settled();
    expect(countCheckpoints()).toBe(0);
  });

  it('goes on at the checkpoint: what was collected is not collected again', async () => {
    const first = newProcess();
    first.analyzer.analysis = aRunAnalysis([aRunFinding()]);
    first.insights.hangs = true;
    const { id } = await first.runs.start(aRunRequest({ llm: true }), by);
    while (first.insights.requests.length === 0) await settled();
    await first.runs.shutdown(0);
    expect((await first.runs.get(id)).status).toBe('running');
    const second = newProcess();
    await second.runs.onApplicationBootstrap();
    expect(await second.runs.waitFor(id, LONG_MS)).toMatchObject({ status: 'succeeded', insights: { source: 'llm' } });
    expect(second.snapshots.collected).toEqual([]);
    expect(second.analyzer.windows).toEqual([]);
  });

  it('starts a run over that died before its first checkpoint', async () => {
    const { dead, ids } = await crashed();
    dead.checkpoints.deleteThread(ids[0]);
    const { runs } = newProcess();
    await runs.onApplicationBootstrap();
    expect((await runs.waitFor(ids[0], LONG_MS)).status).toBe('succeeded');
  });

  it('gives a run up that took the process down again and again', async () => {
    const { dead, ids } = await crashed();
    for (let count = 0; count < MAX_RECOVERIES; count += 1) await dead.store.countRecovery(ids[0]);
    const { runs, snapshots } = newProcess();
    await runs.onApplicationBootstrap();
    expect(await runs.waitFor(ids[0], LONG_MS)).toMatchObject({ status: 'failed', error: { code: 'run_interrupted' } });
    await runs.waitFor(ids[1], LONG_MS);
    expect(snapshots.collected).toHaveLength(1);
  });
});

describe('shutting down', () => {
  it('takes no new runs and lets the one at work finish', async () => {
    const { runs, snapshots } = newProcess();
    snapshots.hold();
    const first = await runs.start(aRunRequest(), by);
    const second = await runs.start(aRunRequest(), by);
    await snapshots.begun(1);
    const down = runs.shutdown(LONG_MS);
    await expect(runs.start(aRunRequest(), by)).rejects.toMatchObject({ code: 'shutting_down' });
    snapshots.release();
    await down;
    const statuses: RunStatus[] = [(await runs.get(first.id)).status, (await runs.get(second.id)).status];
    expect(statuses).toEqual(['succeeded', 'queued']);
  });

  it('leaves what does not finish in time as running, and wakes who waits', async () => {
    const { runs, snapshots, database, countCheckpoints } = newProcess();
    snapshots.hold();
    const { id } = await runs.start(aRunRequest(), by);
    await snapshots.begun(1);
    const waited = runs.waitFor(id, LONG_MS);
    await runs.shutdown(0);
    expect((await waited).status).toBe('running');
    expect(countCheckpoints()).toBeGreaterThan(0);
    // The reading comes back after the store was closed: it must find nothing to do and break nothing.
    database.close();
    snapshots.release();
    await settled();
  });

  it('can be asked for twice', async () => {
    const { runs } = newProcess();
    await runs.shutdown(0);
    await expect(runs.shutdown(0)).resolves.toBeUndefined();
  });
});
