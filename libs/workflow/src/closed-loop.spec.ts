import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { OptimizationAction, Run } from '@app/core';
import {
  aPlannedAction,
  KNOB_WATTS,
  closeWorkflowProcess,
  openWorkflowProcess,
  type WorkflowProcess,
  restingRun,
  approvedRun,
  healing,
  KNOB_FINDING,
} from '@app/testing/loop';
import { aRunAnalysis } from '@app/testing/workflow';

const LONG_MS = 30_000;

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
const auditOf = async (made: WorkflowProcess): Promise<string[]> =>
  [...(await made.audit.list({ limit: 100 })).items].reverse().map(({ kind, event }) => `${kind} ${event}`);

describe('a run that only proposes', () => {
  it('makes a plan and does nothing', async () => {
    const made = newProcess();
    const run = await restingRun(made, 'recommend');
    expect(run).toMatchObject({ status: 'succeeded', plan: { actions: [{ status: 'proposed' }] }, outcome: null });
    expect(made.knob.writes).toEqual([]);
  });

  it('that may only look makes no plan', async () => {
    expect(await restingRun(newProcess(), 'observe')).toMatchObject({ status: 'succeeded', plan: null });
  });
});

describe('approval', () => {
  it('is waited for, without a hold on the target', async () => {
    const made = newProcess();
    const run = await restingRun(made);
    expect(run).toMatchObject({ status: 'awaiting_approval', stage: 'approve', approval: null });
    expect(made.knob.writes).toEqual([]);
    expect(await restingRun(made, 'recommend')).toMatchObject({ status: 'succeeded' });
  });

  it('lets the action be done, watched and kept', async () => {
    const made = healing(newProcess());
    const run = await approvedRun(made);
    expect(run).toMatchObject({
      status: 'succeeded',
      approval: { decision: 'approve', by: 'ada', actionIds: ['action-1'] },
      outcome: { verdict: 'neutral', rolledBack: false, frozen: false },
    });
    expect(run.plan?.actions[0]).toMatchObject({
      status: 'verified',
      before: { watts: 300 },
      after: { watts: KNOB_WATTS },
    });
    expect(made.knob.writes).toEqual([KNOB_WATTS]);
    expect(run.steps.map(({ stage, status }) => `${stage} ${status}`)).toEqual([
      'collect ok',
      'analyze ok',
      'insights ok',
      'plan ok',
      'approve ok',
      'execute ok',
      'monitor ok',
      'report ok',
    ]);
    expect(run.steps.find(({ stage }) => stage === 'execute')?.detail).toMatch(/: done, and the device shows it$/);
    expect(await auditOf(made)).toEqual([
      'run requested',
      'plan planned',
      'approval approved',
      'guardrail allowed',
      'execution verified',
      'outcome neutral',
    ]);
    expect(await made.effects.trackRecords()).toMatchObject([{ type: 'gpu-restore-power-limit', count: 1 }]);
  });

  it('tells in one step of all that was done, one after the other', async () => {
    const made = healing(newProcess([aPlannedAction(), aPlannedAction({ id: 'action-2' })]));
    const run = await approvedRun(made);
    expect(statuses(run)).toEqual(['action-1 verified', 'action-2 verified']);
    const told = run.steps.filter(({ stage }) => stage === 'execute').map(({ detail }) => detail);
    expect(told).toEqual([expect.stringMatching(/: done, and the device shows it; .*: it was so already$/)]);
  });

  it('is taken once: the second decision meets a conflict', async () => {
    const made = healing(newProcess());
    const { id, plan } = await restingRun(made);
    const decide = (decision: 'approve' | 'reject'): Promise<Run> =>
      made.runs.decide(id, { decision, planHash: plan?.hash ?? '' }, decision);
    const results = await Promise.allSettled([decide('approve'), decide('reject')]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await made.runs.waitFor(id, LONG_MS);
    await expect(decide('approve')).rejects.toMatchObject({ code: 'run_not_awaiting_approval' });
  });

  it('of another plan, or of an action that does not wait, is refused', async () => {
    const made = newProcess();
    const { id, plan } = await restingRun(made);
    const planHash = plan?.hash ?? '';
    await expect(made.runs.decide(id, { decision: 'approve', planHash: 'another' }, 'ada')).rejects.toMatchObject({
      code: 'plan_changed',
    });
    await expect(
      made.runs.decide(id, { decision: 'approve', planHash, actionIds: ['action-9'] }, 'ada'),
    ).rejects.toMatchObject({ code: 'validation_failed' });
    expect((await made.runs.get(id)).status).toBe('awaiting_approval');
  });

  it('is refused when the state has drifted, and can be tried again', async () => {
    const made = healing(newProcess());
    const { id, plan } = await restingRun(made);
    const planHash = plan?.hash ?? '';
    made.guards.denials = { identity: 'the GPU is another one' };
    await expect(made.runs.decide(id, { decision: 'approve', planHash }, 'ada')).rejects.toMatchObject({
      code: 'state_drifted',
    });
    made.guards.denials = {};
    await made.runs.decide(id, { decision: 'approve', planHash }, 'ada');
    expect((await made.runs.waitFor(id, LONG_MS)).status).toBe('succeeded');
  });

  it('can be for some of the actions', async () => {
    const made = healing(newProcess([aPlannedAction(), aPlannedAction({ id: 'action-2' })]));
    const { id, plan } = await restingRun(made);
    const request = { decision: 'approve', planHash: plan?.hash ?? '', actionIds: ['action-2'] } as const;
    await made.runs.decide(id, request, 'ada');
    expect(statuses(await made.runs.waitFor(id, LONG_MS))).toEqual(['action-1 rejected', 'action-2 verified']);
    expect(made.knob.writes).toHaveLength(1);
  });

  it('that is refused ends the run, with the reason', async () => {
    const made = newProcess();
    const { id, plan } = await restingRun(made);
    await made.runs.decide(id, { decision: 'reject', planHash: plan?.hash ?? '', comment: 'not tonight' }, 'ada');
    const run = await made.runs.waitFor(id, LONG_MS);
    expect(run).toMatchObject({ status: 'rejected', error: null });
    expect(run.steps.find(({ stage }) => stage === 'approve')?.detail).toBe('rejected by ada: not tonight');
    expect(statuses(run)).toEqual(['action-1 rejected']);
    expect(made.knob.writes).toEqual([]);
  });

  it('comes too late when the plan has run out', async () => {
    const made = newProcess();
    const { id, plan } = await restingRun(made);
    made.clock.advance(3_600_000);
    await expect(
      made.runs.decide(id, { decision: 'approve', planHash: plan?.hash ?? '' }, 'ada'),
    ).rejects.toMatchObject({ code: 'approval_expired' });
    // The refusal has ended the wait; the run closes by itself.
    await made.runs.onApplicationBootstrap();
    expect((await made.runs.waitFor(id, LONG_MS)).status).toBe('expired');
    expect(made.knob.writes).toEqual([]);
  });
});

describe('a run in auto mode', () => {
  it('does what is automatic first, then waits with the rest', async () => {
    const automatic = aPlannedAction({ id: 'action-1', gate: 'automatic', type: 'gpu-restore-power-limit' });
    const made = newProcess([automatic, aPlannedAction({ id: 'action-2' })]);
    const run = await restingRun(made, 'auto');
    expect(run.status).toBe('awaiting_approval');
    expect(statuses(run)).toEqual(['action-1 verified', 'action-2 proposed']);
    expect(made.knob.writes).toEqual([KNOB_WATTS]);
  });
});

describe('an action that is not allowed when it is to be done', () => {
  it.each(['kill-switch', 'freeze', 'cool-down'])('is denied by %s, and the run succeeds', async (name) => {
    const made = newProcess([aPlannedAction({ gate: 'automatic' })]);
    made.guards.denials = { [name]: 'not now' };
    const run = await restingRun(made, 'auto');
    expect(run).toMatchObject({ status: 'succeeded', plan: { actions: [{ status: 'denied' }] }, outcome: null });
    expect(run.plan?.actions[0]?.guardrails).toEqual([{ name, verdict: 'deny', reason: 'not now' }]);
    expect(made.knob.writes).toEqual([]);
  });
});

describe('an action that does not help', () => {
  it('is taken back when its executor does something else', async () => {
    const made = newProcess();
    made.knob.behaviour = 'worsen';
    const run = await approvedRun(made);
    expect(run).toMatchObject({ status: 'rolled_back', outcome: { verdict: 'inconclusive', rolledBack: true } });
    expect(statuses(run)).toEqual(['action-1 rolled_back']);
    expect(made.knob.watts).toBe(300);
  });

  it('is taken back when the device changes behind its back', async () => {
    const made = newProcess();
    const run = made.runner.isStillSo.bind(made.runner);
    made.runner.isStillSo = async (entry) => {
      made.knob.watts = 250;
      return run(entry);
    };
    expect(await approvedRun(made)).toMatchObject({ status: 'rolled_back', outcome: { rolledBack: true } });
    expect(made.knob.watts).toBe(300);
  });

  it.each(['fail', 'lie'] as const)(
    'and was not even done (%s) fails the run and changes nothing',
    async (behaviour) => {
      const made = newProcess([aPlannedAction(), aPlannedAction({ id: 'action-2' })]);
      made.knob.behaviour = behaviour;
      const run = await approvedRun(made);
      expect(run).toMatchObject({ status: 'failed', error: { code: 'action_failed' } });
      expect(statuses(run)).toEqual(['action-1 failed', 'action-2 denied']);
      expect(made.knob.watts).toBe(300);
    },
  );

  it('and can not be taken back freezes the target and says so everywhere', async () => {
    const made = newProcess();
    made.knob.behaviour = 'worsen';
    made.knob.undoBehaviour = 'fail';
    const run = await approvedRun(made);
    expect(run).toMatchObject({
      status: 'failed',
      error: { code: 'rollback_failed' },
      outcome: { rolledBack: false, frozen: true },
    });
    expect(run.warnings[0]).toContain('Target local is frozen');
    expect(await made.safety.freezeOf('local')).toMatchObject({ runId: run.id, by: 'agent' });
    expect(made.notifier.alerts).toMatchObject([{ target: 'local', runId: run.id }]);
    expect(await auditOf(made)).toEqual(expect.arrayContaining(['rollback failed', 'freeze frozen']));
  });

  it('freezes the target also when nobody can be told', async () => {
    const made = newProcess();
    made.knob.behaviour = 'worsen';
    made.knob.undoBehaviour = 'fail';
    made.notifier.failure = new Error('the webhook is down');
    expect(await approvedRun(made)).toMatchObject({ status: 'failed', outcome: { frozen: true } });
    expect(await made.safety.freezeOf('local')).not.toBeNull();
  });
});
