import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { OptimizationAction, Run } from '@app/core';
import {
  aPlannedAction,
  settled,
  closeWorkflowProcess,
  openWorkflowProcess,
  type WorkflowProcess,
  restingRun,
  endedRun,
  approvedRun,
  healing,
  KNOB_FINDING,
} from '@app/testing/loop';
import { aJournalEntry, aRunAnalysis, aRunRequest } from '@app/testing/workflow';

const LONG_MS = 30_000;
const by = { requestedBy: 'operator' };

let folder: string;
let processes: WorkflowProcess[];
const newProcess = (actions: readonly OptimizationAction[] = [aPlannedAction()]): WorkflowProcess => {
  const made = openWorkflowProcess(folder);
  made.analyzer.analysis = aRunAnalysis([KNOB_FINDING]);
  made.planner.actions = actions;
  processes.push(made);
  return made;
};

beforeEach(() => {
  Logger.overrideLogger(false);
  folder = mkdtempSync(join(tmpdir(), 'loop-'));
  processes = [];
});
afterEach(async () => {
  for (const made of processes) await closeWorkflowProcess(made);
  rmSync(folder, { recursive: true });
});

const statuses = (run: Run): unknown => run.plan?.actions.map(({ id, status }) => `${id} ${status}`);

describe('cancelling', () => {
  it('a run that waits for approval ends it at once', async () => {
    const made = newProcess();
    const { id } = await restingRun(made);
    expect((await made.runs.cancel(id, 'ada')).status).toBe('cancelled');
    expect(made.countCheckpoints()).toBe(0);
  });

  it('a run whose effect is watched takes the action back first', async () => {
    const made = newProcess();
    const { id, plan } = await restingRun(made);
    const keepStill = made.runner.perform.bind(made.runner);
    made.runner.perform = async (order) => {
      const done = await keepStill(order);
      await made.runs.cancel(id, 'ada');
      return done;
    };
    await made.runs.decide(id, { decision: 'approve', planHash: plan?.hash ?? '' }, 'ada');
    const ended = await endedRun(made, id);
    expect(ended).toMatchObject({ status: 'cancelled', cancelRequested: { by: 'ada' }, outcome: { rolledBack: true } });
    expect(made.knob.watts).toBe(300);
  });
});

describe('cancelling at the last moment', () => {
  /** The wish comes while the guardrails are asked about the only action. */
  function cancelledWhileJudged(made: WorkflowProcess): void {
    const judge = made.guards.judge.bind(made.guards);
    made.guards.judge = async (moment, action) => {
      const [running] = await made.store.active();
      if (moment === 'execute' && running?.stage === 'execute') await made.runs.cancel(running.id, 'ada');
      return judge(moment, action);
    };
  }

  it('ends a run that had nothing left to do as cancelled', async () => {
    const made = newProcess([aPlannedAction({ gate: 'automatic' })]);
    made.guards.denials = { 'cool-down': 'not now' };
    cancelledWhileJudged(made);
    const { id } = await made.runs.start(aRunRequest({ mode: 'auto' }), by);
    await endedRun(made, id);
    expect(await made.runs.get(id)).toMatchObject({ status: 'cancelled', plan: { actions: [{ status: 'denied' }] } });
  });

  it('does not let a run go on to wait for approval', async () => {
    const made = newProcess([aPlannedAction({ gate: 'automatic' }), aPlannedAction({ id: 'action-2' })]);
    made.guards.denials = { 'cool-down': 'not now' };
    cancelledWhileJudged(made);
    const { id } = await made.runs.start(aRunRequest({ mode: 'auto' }), by);
    await endedRun(made, id);
    expect((await made.runs.get(id)).status).toBe('cancelled');
  });
});

describe('a rollback that a person asks for', () => {
  it('takes back what an ended run has left in place', async () => {
    const made = healing(newProcess());
    const { id } = await approvedRun(made);
    await made.runs.rollback(id, 'ada');
    const run = await made.runs.waitFor(id, LONG_MS);
    await settled();
    const ended = await made.runs.get(run.id);
    expect(ended).toMatchObject({ status: 'rolled_back', outcome: { rolledBack: true } });
    expect(statuses(ended)).toEqual(['action-1 rolled_back']);
    expect(made.knob.watts).toBe(300);
    await expect(made.runs.rollback(id, 'ada')).rejects.toMatchObject({ code: 'run_not_rollbackable' });
  });

  it('makes no sense for a run that did nothing, or has not ended', async () => {
    const made = newProcess();
    const awaiting = await restingRun(made);
    const proposing = await restingRun(made, 'recommend');
    for (const { id } of [awaiting, proposing]) {
      await expect(made.runs.rollback(id, 'ada')).rejects.toMatchObject({ code: 'run_not_rollbackable' });
    }
  });
});

describe('the next process', () => {
  it('goes on waiting for the approval of a run, and expires it', async () => {
    const { id } = await restingRun(newProcess());
    const next = newProcess();
    await next.runs.onApplicationBootstrap();
    expect((await next.runs.get(id)).status).toBe('awaiting_approval');
    next.clock.advance(3_600_000);
    await next.runs.onApplicationBootstrap();
    expect((await next.runs.waitFor(id, LONG_MS)).status).toBe('expired');
  });

  it('does what was approved, exactly, when the process died right after the decision', async () => {
    const dead = newProcess();
    const { id, plan } = await restingRun(dead);
    // The decision is in the store; the process that took it does nothing any more.
    dead.snapshots.hold();
    await dead.runs.decide(id, { decision: 'approve', planHash: plan?.hash ?? '' }, 'ada');
    const next = healing(newProcess([aPlannedAction({ id: 'another-plan' })]));
    await next.runs.onApplicationBootstrap();
    const run = await next.runs.waitFor(id, LONG_MS);
    expect(run).toMatchObject({ status: 'succeeded', approval: { by: 'ada' } });
    expect(statuses(run)).toEqual(['action-1 verified']);
  });

  it.each([
    ['failed', { status: 'failed', error: { code: 'action_failed' } }],
    ['undone', { status: 'rolled_back', outcome: { rolledBack: true } }],
    ['undo-failed', { status: 'failed', error: { code: 'rollback_failed' }, outcome: { frozen: true } }],
  ] as const)('ends a run as the dead one would have whose journal got as far as %s', async (phase, ended) => {
    const dead = newProcess();
    const { id, plan } = await restingRun(dead);
    dead.snapshots.hold();
    await dead.runs.decide(id, { decision: 'approve', planHash: plan?.hash ?? '' }, 'ada');
    await dead.journal.begin(aJournalEntry({ runId: id, phase, planHash: plan?.hash, endedAt: dead.clock.isoNow() }));
    const next = newProcess();
    await next.runs.onApplicationBootstrap();
    expect(await next.runs.waitFor(id, LONG_MS)).toMatchObject(ended);
    expect(next.knob.writes).toEqual([]);
  });
});
