import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Snapshot } from '@app/core';
import { startAgent, type TestAgent } from './support/agent.js';
import { ChangeableHost } from './support/changeable-host.js';
import { actionOf, RunClient, until } from './support/run-client.js';

jest.setTimeout(30_000);

/** Each test has a GPU of its own, since what was done to one can't be done to it again. */
const GPU = { approved: 0, partly: 1, lost: 2 } as const;

describe('a run that waits for a person', () => {
  let host: ChangeableHost;
  let agent: TestAgent;
  let client: RunClient;
  const uuid: Record<keyof typeof GPU, string> = { approved: '', partly: '', lost: '' };
  beforeAll(async () => {
    host = await ChangeableHost.start(3);
    for (const name of ['approved', 'partly', 'lost'] as const) uuid[name] = host.uuidOf(GPU[name]);
    agent = await startAgent({ binFolder: host.binFolder, env: host.env });
    client = new RunClient(agent.url);
  });
  afterAll(async () => {
    await agent.stop();
    await host.stop();
  });

  it('shows what it would do, changes nothing, and leaves its target to others', async () => {
    const waiting = await client.planned(Object.values(uuid));
    expect(waiting.findAction(uuid.approved)).toMatchObject({
      type: 'gpu-persistence-on',
      status: 'proposed',
      gate: 'approval',
      risk: 'reversible',
      reversible: true,
      preview: `nvidia-smi -i ${uuid.approved} -pm 1`,
      before: null,
      after: null,
    });
    const verdicts = waiting.findAction(uuid.approved)?.guardrails.map(({ verdict }) => verdict);
    expect(new Set(verdicts)).toEqual(new Set(['allow']));
    const status = (await client.fetch('/optimize/status')).json();
    expect(status).toMatchObject({ state: 'idle', activeRuns: [], queuedRuns: 0 });
    expect(status['awaitingApproval']).toEqual([expect.objectContaining({ id: waiting.id, stage: 'approve' })]);
    expect((await client.run({ mode: 'observe' })).status).toBe('succeeded');
    expect(host.persistence).toEqual([false, false, false]);
    await client.fetch(`/optimize/runs/${waiting.id}/cancel`, 'POST');
  });

  it('takes no decision about another plan, and none that it does not understand', async () => {
    const waiting = await client.planned([uuid.approved]);
    const wrongHash = await waiting.decide({ decision: 'approve', planHash: '0'.repeat(64) });
    expect([wrongHash.status, wrongHash.json()['code']]).toEqual([409, 'plan_changed']);
    const unknownField = await waiting.decide({ decision: 'approve', force: true });
    expect([unknownField.status, unknownField.json()['code']]).toEqual([400, 'validation_failed']);
    const unknownAction = await waiting.decide({ decision: 'approve', actionIds: ['action-99'] });
    expect(unknownAction.status).toBe(400);
    expect(unknownAction.json()['errors']).toEqual([
      { path: 'actionIds', message: expect.stringContaining('action-99') },
    ]);
    expect((await client.get(waiting.id)).status).toBe('awaiting_approval');
    await client.fetch(`/optimize/runs/${waiting.id}/cancel`, 'POST');
  });

  it('does the approved action on the device, watches it, keeps it, and takes it back when asked', async () => {
    const waiting = await client.planned([uuid.approved]);
    const decided = await waiting.decide({
      decision: 'approve',
      actionIds: [waiting.actionId(uuid.approved)],
      comment: 'before the night',
    });
    expect(decided.status).toBe(200);
    expect(decided.json()).toMatchObject({
      id: waiting.id,
      approval: { decision: 'approve', by: 'local', planHash: waiting.plan.hash, comment: 'before the night' },
    });
    const again = await waiting.decide({ decision: 'reject' });
    expect([again.status, again.json()['code']]).toEqual([409, 'run_not_awaiting_approval']);

    const run = await client.ended(waiting.id);
    expect(run).toMatchObject({ status: 'succeeded', error: null, outcome: { rolledBack: false, frozen: false } });
    expect(['improved', 'neutral']).toContain(run.outcome?.verdict);
    expect(actionOf(run, uuid.approved)).toMatchObject({
      status: 'verified',
      before: { gpus: { [uuid.approved]: { persistenceMode: false } } },
      after: { gpus: { [uuid.approved]: { persistenceMode: true } } },
      error: null,
    });
    expect(run.steps.map(({ stage }) => stage).slice(-4)).toEqual(['approve', 'execute', 'monitor', 'report']);
    expect(host.persistence[GPU.approved]).toBe(true);

    const rollback = await client.fetch(`/optimize/runs/${run.id}/rollback`, 'POST');
    expect(rollback.status).toBe(202);
    const back = await until(
      () => client.get(run.id),
      ({ status }) => status === 'rolled_back',
      'the end of the rollback',
    );
    expect(back.outcome).toMatchObject({ rolledBack: true, frozen: false });
    expect(actionOf(back, uuid.approved)).toMatchObject({ status: 'rolled_back' });
    expect(host.persistence[GPU.approved]).toBe(false);
    const twice = await client.fetch(`/optimize/runs/${run.id}/rollback`, 'POST');
    expect([twice.status, twice.json()['code']]).toEqual([409, 'run_not_rollbackable']);
  });

  it('does only what was approved of a plan', async () => {
    const waiting = await client.planned([uuid.partly, uuid.lost]);
    const actionIds = [waiting.actionId(uuid.partly)];
    expect((await waiting.decide({ decision: 'approve', actionIds })).status).toBe(200);
    const run = await client.ended(waiting.id);
    expect(run.approval?.actionIds).toEqual(actionIds);
    expect([actionOf(run, uuid.partly)?.status, actionOf(run, uuid.lost)?.status]).toEqual(['verified', 'rejected']);
    expect([host.persistence[GPU.partly], host.persistence[GPU.lost]]).toEqual([true, false]);
  });

  it('ends as rejected, and cannot be rolled back then', async () => {
    const waiting = await client.planned([uuid.lost]);
    expect((await waiting.decide({ decision: 'reject', comment: 'not now' })).status).toBe(200);
    const run = await client.ended(waiting.id);
    expect(run).toMatchObject({ status: 'rejected', outcome: null, approval: { decision: 'reject', actionIds: [] } });
    expect(actionOf(run, uuid.lost)).toMatchObject({ status: 'rejected', before: null });
    expect(host.persistence[GPU.lost]).toBe(false);
    const rollback = await client.fetch(`/optimize/runs/${run.id}/rollback`, 'POST');
    expect([rollback.status, rollback.json()['code']]).toEqual([409, 'run_not_rollbackable']);
  });

  it('can be cancelled, after which nobody can approve it', async () => {
    const waiting = await client.planned([uuid.lost]);
    const premature = await client.fetch(`/optimize/runs/${waiting.id}/rollback`, 'POST');
    expect([premature.status, premature.json()['code']]).toEqual([409, 'run_not_rollbackable']);
    const cancelled = await client.fetch(`/optimize/runs/${waiting.id}/cancel`, 'POST');
    expect([cancelled.status, cancelled.json()['status']]).toEqual([202, 'cancelled']);
    const late = await waiting.decide({ decision: 'approve' });
    expect([late.status, late.json()['code']]).toEqual([409, 'run_not_awaiting_approval']);
    expect(host.persistence[GPU.lost]).toBe(false);
  });

  it('lets only one of two decisions win', async () => {
    const waiting = await client.planned([uuid.lost]);
    const answers = await Promise.all([waiting.decide({ decision: 'reject' }), waiting.decide({ decision: 'reject' })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await client.ended(waiting.id)).status).toBe('rejected');
  });

  it('is not approved when the machine is no longer the one of the plan', async () => {
    const waiting = await client.planned([uuid.lost]);
    await host.dropGpu(GPU.lost);
    await until(
      async () => (await client.fetch('/targets/local/snapshot')).json() as unknown as Snapshot,
      ({ sections }) => sections.gpu.status !== 'ok',
      'a snapshot that tells of the loss',
    );
    const answer = await waiting.decide({ decision: 'approve' });
    expect([answer.status, answer.json()['code']]).toEqual([409, 'state_drifted']);
    expect((await client.get(waiting.id)).status).toBe('awaiting_approval');
  });
});

describe('a plan that nobody decides about in time', () => {
  it('expires, and nothing was done', async () => {
    const host = await ChangeableHost.start(1);
    const agent = await startAgent({ binFolder: host.binFolder, env: { ...host.env, APPROVAL_TTL_SECONDS: '1' } });
    try {
      const client = new RunClient(agent.url);
      const waiting = await client.planned([host.uuidOf(0)]);
      const run = await client.ended(waiting.id);
      expect(run).toMatchObject({ status: 'expired', outcome: null, approval: { decision: 'expire', by: 'agent' } });
      expect(Date.parse(run.finishedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(waiting.plan.expiresAt));
      const late = await waiting.decide({ decision: 'approve' });
      expect([late.status, late.json()['code']]).toEqual([409, 'run_not_awaiting_approval']);
      expect(host.persistence).toEqual([false]);
    } finally {
      await agent.stop();
      await host.stop();
    }
  });
});
