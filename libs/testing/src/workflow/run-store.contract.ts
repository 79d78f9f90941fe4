import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Approval, RunStatus, RunStep } from '@app/core';
import type { RunStore } from '@app/persistence';
import { aPlan } from './action-parts.builder.js';
import { aRunAnalysis, aRunFinding, aSnapshotOfSections, aStoredRun, insightsBy } from './run-parts.builder.js';

interface OpenStore {
  readonly store: RunStore;
  readonly close: () => void;
}

const step = (stage: RunStep['stage'], status: RunStep['status'] = 'ok'): RunStep => ({
  stage,
  status,
  startedAt: '2026-01-01T00:00:01.000Z',
  finishedAt: '2026-01-01T00:00:02.000Z',
  durationMs: 1000,
  detail: null,
});
const APPROVAL: Approval = {
  decision: 'approve',
  planHash: 'plan-hash',
  actionIds: ['action-1'],
  by: 'alice',
  at: '2026-01-01T00:00:03.000Z',
  comment: null,
};
const minute = (count: number): string =>
  new Date(Date.parse('2026-01-01T00:00:00.000Z') + count * 60_000).toISOString();

/** What every `RunStore` keeps to, the fake included. */
export function describeRunStoreContract(name: string, open: () => OpenStore): void {
  describe(`${name} keeps the contract of a run store`, () => {
    let opened: OpenStore;
    let store: RunStore;
    beforeEach(() => {
      opened = open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    const add = (id: string, status: RunStatus, createdMinute: number, values = {}) =>
      store.create(aStoredRun({ id, status, createdAt: minute(createdMinute), ...values }));

    describe('create', () => {
      it('gives back exactly what was stored', async () => {
        const run = aStoredRun({ llm: true, mode: 'observe', maxActions: 0, warnings: ['a warning'] });
        expect(await store.create(run)).toEqual({ outcome: 'created', run });
        expect(await store.get(run.id)).toEqual(run);
      });

      it('answers with the first run for the same key and body, and stores no second one', async () => {
        const options = { idempotencyKey: 'key', bodyHash: 'hash' };
        await store.create(aStoredRun({ id: 'run_a' }), options);
        const again = await store.create(aStoredRun({ id: 'run_b' }), options);
        expect(again).toMatchObject({ outcome: 'existing', run: { id: 'run_a' } });
        expect(await store.get('run_b')).toBeNull();
      });

      it('calls the same key with another body a conflict', async () => {
        await store.create(aStoredRun({ id: 'run_a' }), { idempotencyKey: 'key', bodyHash: 'hash' });
        const again = await store.create(aStoredRun({ id: 'run_b' }), { idempotencyKey: 'key', bodyHash: 'other' });
        expect(again).toMatchObject({ outcome: 'conflict', run: { id: 'run_a' } });
        expect(await store.get('run_b')).toBeNull();
      });

      it('makes one run when the same key arrives many times at once', async () => {
        const options = { idempotencyKey: 'key', bodyHash: 'hash' };
        const ids = ['run_a', 'run_b', 'run_c', 'run_d'];
        const results = await Promise.all(ids.map((id) => store.create(aStoredRun({ id }), options)));
        expect(results.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
        expect(new Set(results.map(({ run }) => run.id)).size).toBe(1);
      });
    });

    it('knows no run that was never stored', async () => {
      expect(await store.get('run_none')).toBeNull();
      expect(await store.update('run_none', { stage: 'collect' })).toBe(false);
      expect(await store.transition('run_none', ['queued'], 'running')).toBe(false);
      expect(await store.countRecovery('run_none')).toBeNull();
    });

    describe('update', () => {
      it('changes only what the patch names', async () => {
        const run = aStoredRun({ status: 'running', warnings: ['first'] });
        await store.create(run);
        const snapshot = aSnapshotOfSections({ system: 'ok' });
        const insights = insightsBy('rules');
        await store.update(run.id, { stage: 'collect', payloads: { snapshot } });
        await store.update(run.id, { steps: [step('collect')], warnings: ['first', 'second'], payloads: { insights } });
        expect(await store.get(run.id)).toEqual({
          ...run,
          stage: 'collect',
          steps: [step('collect')],
          warnings: ['first', 'second'],
          snapshot,
          insights,
        });
      });

      it('puts a repeated stage in the place of its first attempt', async () => {
        await store.create(aStoredRun({ status: 'running' }));
        await store.update('run_1', { steps: [step('collect', 'failed'), step('analyze')] });
        await store.update('run_1', { steps: [step('collect')] });
        expect((await store.get('run_1'))?.steps).toEqual([step('collect'), step('analyze')]);
      });

      it('leaves a terminal run as it is', async () => {
        const run = aStoredRun({ status: 'cancelled', finishedAt: minute(1) });
        await store.create(run);
        expect(await store.update(run.id, { stage: 'report', payloads: { analysis: aRunAnalysis() } })).toBe(false);
        expect(await store.get(run.id)).toEqual(run);
      });
    });

    describe('transition', () => {
      it('changes status and patch together', async () => {
        await store.create(aStoredRun());
        expect(await store.transition('run_1', ['queued'], 'running', { startedAt: minute(1) })).toBe(true);
        expect(await store.get('run_1')).toMatchObject({ status: 'running', startedAt: minute(1) });
      });

      it('changes nothing from another status', async () => {
        await store.create(aStoredRun({ status: 'cancelled' }));
        const patch = { error: { code: 'internal_error', message: 'late' }, payloads: { analysis: aRunAnalysis() } };
        expect(await store.transition('run_1', ['queued', 'running'], 'failed', patch)).toBe(false);
        expect(await store.get('run_1')).toEqual(aStoredRun({ status: 'cancelled' }));
      });

      it('lets one of two win', async () => {
        await store.create(aStoredRun({ status: 'running' }));
        const won = await Promise.all([
          store.transition('run_1', ['running'], 'cancelled'),
          store.transition('run_1', ['running'], 'succeeded'),
        ]);
        expect(won.filter(Boolean)).toHaveLength(1);
      });
    });

    it('keeps the decision about a plan and the wish to cancel, and can forget them', async () => {
      const cancelRequested = { by: 'bob', at: minute(2) };
      await store.create(aStoredRun({ status: 'awaiting_approval' }));
      await store.transition('run_1', ['awaiting_approval'], 'running', { approval: APPROVAL });
      await store.update('run_1', { cancelRequested });
      expect(await store.get('run_1')).toMatchObject({ approval: APPROVAL, cancelRequested });
      await store.update('run_1', { approval: null, cancelRequested: null });
      expect(await store.get('run_1')).toEqual(aStoredRun({ status: 'running' }));
      await add('run_2', 'running', 1, { approval: APPROVAL, cancelRequested });
      expect(await store.get('run_2')).toMatchObject({ approval: APPROVAL, cancelRequested });
    });

    it('lists the runs whose plans wait for a person, the oldest run first, with the end of their time', async () => {
      const plan = (count: number) => aPlan({ expiresAt: minute(count) });
      await add('run_c', 'running', 3);
      await store.transition('run_c', ['running'], 'awaiting_approval', { payloads: { plan: plan(60) } });
      await add('run_a', 'awaiting_approval', 1, { plan: plan(90) });
      await add('run_b', 'running', 2, { plan: plan(30) });
      await add('run_d', 'awaiting_approval', 4, { plan: plan(80), target: 'other' });
      await store.update('run_d', { payloads: { plan: plan(70) } });
      await add('run_e', 'awaiting_approval', 5);
      expect(await store.awaitingExpiry()).toEqual([
        { id: 'run_a', target: 'local', expiresAt: minute(90) },
        { id: 'run_c', target: 'local', expiresAt: minute(60) },
        { id: 'run_d', target: 'other', expiresAt: minute(70) },
      ]);
    });

    describe('list', () => {
      it('pages newest first, and new runs do not shift the pages', async () => {
        for (const age of [1, 2, 3, 4, 5]) await add(`run_${age}`, 'succeeded', age);
        const first = await store.list({ limit: 2 });
        await add('run_6', 'queued', 6);
        const second = await store.list({ limit: 2, cursor: first.nextCursor ?? undefined });
        const third = await store.list({ limit: 2, cursor: second.nextCursor ?? undefined });
        const ids = [first, second, third].map(({ items }) => items.map(({ id }) => id));
        expect(ids).toEqual([['run_5', 'run_4'], ['run_3', 'run_2'], ['run_1']]);
        expect(third.nextCursor).toBeNull();
      });

      it('loses none of those made at the same instant', async () => {
        for (const id of ['run_a', 'run_b', 'run_c']) await add(id, 'queued', 1);
        const first = await store.list({ limit: 2 });
        const second = await store.list({ limit: 2, cursor: first.nextCursor ?? undefined });
        expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['run_c', 'run_b', 'run_a']);
      });

      it('has no next page when the last one is exactly full', async () => {
        await add('run_a', 'queued', 1);
        expect((await store.list({ limit: 1 })).nextCursor).toBeNull();
      });

      it('filters by target and by status', async () => {
        await add('run_a', 'queued', 1, { target: 'other' });
        await add('run_b', 'failed', 2);
        await add('run_c', 'queued', 3);
        const idsOf = async (query: object): Promise<string[]> =>
          (await store.list({ limit: 9, ...query })).items.map(({ id }) => id);
        expect(await idsOf({ target: 'other' })).toEqual(['run_a']);
        expect(await idsOf({ status: 'queued' })).toEqual(['run_c', 'run_a']);
        expect(await idsOf({ status: 'queued', target: 'local' })).toEqual(['run_c']);
      });

      it.each(['nonsense', '', '!!', Buffer.from('not-a-date run_1').toString('base64url')])(
        'refuses the cursor "%s", which it never gave',
        async (cursor) => {
          await expect(store.list({ limit: 2, cursor })).rejects.toMatchObject({ code: 'validation_failed' });
        },
      );

      it('tells the confirmed findings of the analysis', async () => {
        await add('run_a', 'running', 1);
        const findings = [aRunFinding(), aRunFinding({ id: 'f2', state: 'suspected', severity: 'critical' })];
        await store.update('run_a', { payloads: { analysis: aRunAnalysis(findings) } });
        expect((await store.list({ limit: 1 })).items).toEqual([
          {
            id: 'run_a',
            target: 'local',
            mode: 'recommend',
            status: 'running',
            stage: null,
            createdAt: minute(1),
            finishedAt: null,
            durationMs: null,
            findings: { critical: 0, high: 1, medium: 0, low: 0, info: 0 },
            primaryBottleneck: 'host-memory-pressure',
            healthScore: 70,
          },
        ]);
      });
    });

    it('tells what runs, waits, awaits approval and ended last', async () => {
      await add('run_a', 'succeeded', 1, { finishedAt: minute(9) });
      await add('run_b', 'failed', 2, { finishedAt: minute(8) });
      await add('run_c', 'running', 3);
      await add('run_d', 'awaiting_approval', 4);
      await add('run_e', 'queued', 5);
      await add('run_f', 'queued', 6);
      expect((await store.active()).map(({ id }) => id)).toEqual(['run_c']);
      expect((await store.awaitingApproval()).map(({ id }) => id)).toEqual(['run_d']);
      expect(await store.countQueued()).toBe(2);
      expect((await store.lastFinished())?.id).toBe('run_a');
    });

    it('counts the runs of every status, those without runs as 0', async () => {
      await add('run_a', 'succeeded', 1);
      await add('run_b', 'succeeded', 2);
      await add('run_c', 'queued', 3);
      await store.transition('run_c', ['queued'], 'cancelled');
      expect(await store.countByStatus()).toEqual({
        queued: 0,
        running: 0,
        awaiting_approval: 0,
        succeeded: 2,
        rejected: 0,
        expired: 0,
        cancelled: 1,
        rolled_back: 0,
        failed: 0,
      });
    });

    it('has no last run before one has ended', async () => {
      await add('run_a', 'running', 1);
      expect(await store.lastFinished()).toBeNull();
    });

    it('lists what a new process has to take up, oldest first, and counts how often', async () => {
      await add('run_c', 'queued', 3);
      await add('run_a', 'running', 1);
      await add('run_b', 'succeeded', 2);
      expect(await store.countRecovery('run_a')).toBe(1);
      expect(await store.countRecovery('run_a')).toBe(2);
      expect(await store.countRecovery('run_b')).toBeNull();
      expect(await store.unfinished()).toEqual([
        { id: 'run_a', target: 'local', status: 'running', recoveries: 2 },
        { id: 'run_c', target: 'local', status: 'queued', recoveries: 0 },
      ]);
    });
  });
}
