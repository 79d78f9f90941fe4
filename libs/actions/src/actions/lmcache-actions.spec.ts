import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type CandidateAction, isSignalPath, type Snapshot, type Subject } from '@app/core';
import { aFindingOf, aTask, courseOf, type FakeJsonServer, fakeJsonServer } from '@app/testing/actions';
import { aFrame, aFrameCache, aFrameEngine, FRAME_ENGINE_ID } from '@app/testing/analysis';
import type { Action, ActionTask } from '../action.js';
import { HttpExecutor } from '../executors/http.executor.js';
import { LmcacheBypassAddAction, LmcacheBypassRemoveAction } from './lmcache-bypass.action.js';
import { LmcacheClearLocalAction } from './lmcache-clear-local.action.js';
import { LmcacheFreezeOffAction, LmcacheFreezeOnAction } from './lmcache-freeze.action.js';
import { LmcacheMpQuotaSetAction } from './lmcache-mp-quota-set.action.js';

const HOST: Subject = { kind: 'host', id: 'local', label: 'gpu-host' };
const SALT = 'tenant a';

describe('actions on LMCache', () => {
  let cache: FakeJsonServer;
  let bypassed: Set<string>;
  let isFrozen: boolean;
  let usedBytes: number;
  let quota: { limit_gb: number; exists: boolean };
  beforeEach(async () => {
    bypassed = new Set();
    isFrozen = false;
    usedBytes = 1_000_000;
    quota = { limit_gb: 0, exists: false };
    const backend = (path: string): string => new URL(path, 'http://fake').searchParams.get('backend_name') ?? '';
    const quotaPath = `/quota/${encodeURIComponent(SALT)}`;
    cache = await fakeJsonServer({
      'GET /bypass/list': () => ({
        body: { bypassed_backends: [...bypassed], all_backends: ['LocalCPUBackend', 'RemoteBackend'] },
      }),
      'PUT /bypass/add': ({ path }) => ({ body: { ok: bypassed.add(backend(path)).size } }),
      'PUT /bypass/remove': ({ path }) => ({ body: { ok: bypassed.delete(backend(path)) } }),
      'GET /hot_cache_freeze_mode/status': () => ({ body: { hot_cache_freeze_mode: isFrozen } }),
      'PUT /hot_cache_freeze_mode/enable': () => ({ body: { ok: (isFrozen = true) } }),
      'PUT /hot_cache_freeze_mode/disable': () => ({ body: { ok: (isFrozen = false) } }),
      'GET /metrics': () => ({ body: `lmcache:local_cache_usage{role="worker"} ${usedBytes}\n` }),
      'DELETE /cache/clear': () => ({ body: { num_removed: (usedBytes = 0) } }),
      'GET /conf': () => ({ body: { storage_manager: { eviction_config: { eviction_policy: 'IsolatedLRU' } } } }),
      [`GET ${quotaPath}`]: () => ({ body: quota }),
      [`PUT ${quotaPath}`]: ({ body }) => {
        quota = { ...(JSON.parse(body) as { limit_gb: number }), exists: true };
        return { body: { status: 'ok' } };
      },
      [`DELETE ${quotaPath}`]: () => {
        quota = { limit_gb: 0, exists: false };
        return { body: { status: 'removed' } };
      },
    });
  });
  afterEach(() => cache.stop());

  type CachePatch = Parameters<typeof aFrameCache>[0];
  const http = (...more: string[]): HttpExecutor => new HttpExecutor([cache.url, ...more]);
  const subject = (id = cache.url): Subject => ({ kind: 'cache', id, label: id });
  const own = (patch: CachePatch = {}) =>
    aFrameCache({ id: cache.url, engineId: null, remoteLatencySeconds: 0.3, ...(patch as object) } as CachePatch);
  const hostOf = (...caches: ReturnType<typeof aFrameCache>[]): Snapshot => aFrame(0, { caches });
  const taskOf = (type: string, parameters = {}): ActionTask => aTask(type, subject(), { parameters });
  const propose = (
    action: Action,
    parameters: CandidateAction['parameters'],
    snapshot = hostOf(own()),
    about = subject(),
  ) => action.propose({ type: action.type, parameters }, aFindingOf(about), snapshot);
  const changes = (): string[] =>
    cache.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);

  it.each([
    ['lmcache-bypass-add', LmcacheBypassAddAction, { backendName: 'RemoteBackend' }],
    ['lmcache-freeze-on', LmcacheFreezeOnAction, {}],
    ['lmcache-mp-quota-set', LmcacheMpQuotaSetAction, { cacheSalt: SALT, limitGb: 12.5 }],
  ] as const)('%s is read back from the cache, and taken back', async (type, Kind, parameters) => {
    const done = await courseOf<ActionTask>(new Kind(http()), taskOf(type, parameters));
    expect(done).toMatchObject({ isReached: true, isRestored: false, isBack: true, output: { isAccepted: true } });
    expect(changes()).toHaveLength(2);
  });

  it('uses a backend again, and unfreezes', async () => {
    bypassed.add('RemoteBackend');
    isFrozen = true;
    const remove = taskOf('lmcache-bypass-remove', { backendName: 'RemoteBackend' });
    expect(await courseOf(new LmcacheBypassRemoveAction(http()), remove)).toMatchObject({
      isReached: true,
      isBack: true,
    });
    const off = taskOf('lmcache-freeze-off');
    expect(await courseOf(new LmcacheFreezeOffAction(http()), off)).toMatchObject({ isReached: true, isBack: true });
  });

  it('does not take back what was so before', async () => {
    bypassed.add('RemoteBackend');
    const add = new LmcacheBypassAddAction(http());
    const task = taskOf('lmcache-bypass-add', { backendName: 'RemoteBackend' });
    await add.undo(task, await add.read(task));
    expect(changes()).toEqual([]);
  });

  it.each([
    ['a lie', () => ({ body: { status: 'success' } }), true],
    ['an error', () => ({ status: 500 }), false],
    ['a redirect', () => ({ status: 307, headers: { location: '/bypass/list' } }), false],
  ])('is not reached by %s', async (_, reply, isAccepted) => {
    cache.routes['PUT /bypass/add'] = reply;
    const task = taskOf('lmcache-bypass-add', { backendName: 'RemoteBackend' });
    const done = await courseOf(new LmcacheBypassAddAction(http()), task);
    expect(done).toMatchObject({ isReached: false, isRestored: true, output: { isAccepted } });
  });

  it('asks for no backend that the cache does not have', async () => {
    const task = taskOf('lmcache-bypass-add', { backendName: 'LocalDiskBackend' });
    const { output } = await courseOf(new LmcacheBypassAddAction(http()), task);
    expect(output).toMatchObject({
      isAccepted: false,
      isDefinite: true,
      text: expect.stringContaining('it has LocalCPUBackend, RemoteBackend'),
    });
    expect(changes()).toEqual([]);
  });

  it('clears one tier by its name, and sees that it is empty', async () => {
    const task = taskOf('lmcache-clear-local', { location: 'LocalCPUBackend' });
    expect(await courseOf(new LmcacheClearLocalAction(http()), task)).toMatchObject({
      isReached: true,
      isRestored: false,
    });
    expect(changes()).toEqual(['DELETE /cache/clear?locations=LocalCPUBackend']);
    const disk = taskOf('lmcache-clear-local', { location: 'LocalDiskBackend' });
    await expect(new LmcacheClearLocalAction(http()).read(disk)).rejects.toThrow(/how much LocalDiskBackend holds/);
    expect(propose(new LmcacheClearLocalAction(http()), {})).toMatchObject({
      reason: expect.stringMatching(/has to be named/),
    });
  });

  describe('a quota', () => {
    const task = (): ActionTask => taskOf('lmcache-mp-quota-set', { cacheSalt: SALT, limitGb: 12.5 });

    it('that there was comes back, and the entry goes where there was none', async () => {
      await courseOf(new LmcacheMpQuotaSetAction(http()), task());
      quota = { limit_gb: 4, exists: true };
      await courseOf(new LmcacheMpQuotaSetAction(http()), task());
      const [, first, , second] = changes();
      expect(first).toMatch(/^DELETE/);
      expect(second).toMatch(/^PUT/);
      expect(quota).toEqual({ limit_gb: 4, exists: true });
    });

    it('is set by the paths of an older server too', async () => {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const path = `/quota/${encodeURIComponent(SALT)}`;
        cache.routes[`${method} /api${path}`] = cache.routes[`${method} ${path}`] ?? (() => ({}));
        delete cache.routes[`${method} ${path}`];
      }
      expect(await courseOf(new LmcacheMpQuotaSetAction(http()), task())).toMatchObject({
        isReached: true,
        isBack: true,
      });
    });

    it('counts for nothing with another eviction policy', async () => {
      cache.routes['GET /conf'] = () => ({
        body: { storage_manager: { eviction_config: { eviction_policy: 'LRU' } } },
      });
      const { output } = await courseOf(new LmcacheMpQuotaSetAction(http()), task());
      expect(output).toMatchObject({ isAccepted: false, isDefinite: true, text: expect.stringContaining('is LRU') });
    });

    it.each([
      [{ limitGb: 5 }, /no cache salt/],
      [{ cacheSalt: '..', limitGb: 5 }, /no cache salt/],
      [{ cacheSalt: 'a', limitGb: 0 }, /no quota/],
    ])('is not proposed for %j', (parameters, reason) => {
      const result = propose(new LmcacheMpQuotaSetAction(http()), parameters, hostOf(own({ mode: 'mp' })));
      expect(result).toMatchObject({ reason: expect.stringMatching(reason) });
    });
  });

  describe('the cache of a finding', () => {
    const remote = { backendName: 'RemoteBackend' };
    const bypass = (...more: string[]): LmcacheBypassAddAction => new LmcacheBypassAddAction(http(...more));
    const other = 'http://127.0.0.1:7001';
    const second = aFrameEngine({ id: 'http://127.0.0.1:8001', model: 'other/model' });

    it('is its subject', () => {
      expect(propose(bypass(), remote)).toEqual({
        kind: 'proposal',
        proposal: {
          subject: subject(),
          members: [cache.url],
          parameters: remote,
          preview: `curl -X PUT '${cache.url}/bypass/add?backend_name=RemoteBackend'`,
          expected: expect.objectContaining({ signal: 'engines.ttft.p95Seconds', direction: 'down' }),
        },
      });
    });

    it('is the one with an address where the subject is only on the page of an engine', () => {
      const onPage = aFrameCache({ id: `${FRAME_ENGINE_ID}/lmcache` });
      expect(propose(bypass(), remote, hostOf(onPage, own()), subject(onPage.id))).toMatchObject({
        proposal: { subject: { id: cache.url } },
      });
    });

    it('is that of the host, with all workers of its only engine', () => {
      const worker = own({ id: other });
      expect(propose(bypass(other), remote, hostOf(own(), worker), HOST)).toMatchObject({
        proposal: { members: [cache.url, other] },
      });
    });

    it('is the only one with a remote tier where several engines have theirs', () => {
      const local = own({ id: other, model: 'other/model', remoteLatencySeconds: null });
      const engines = [aFrameEngine(), second];
      const snapshot = { ...hostOf(local, own()), engines };
      expect(propose(bypass(other), remote, snapshot, HOST)).toMatchObject({ proposal: { members: [cache.url] } });
    });

    it.each<[string, () => Snapshot, Subject | null, RegExp]>([
      [
        'has no address',
        () => hostOf(own({ id: `${FRAME_ENGINE_ID}/lmcache` })),
        null,
        /no in-process cache has a configured/,
      ],
      [
        'is not configured',
        () => hostOf(own({ id: 'http://10.0.0.1:7000' })),
        null,
        /no in-process cache has a configured/,
      ],
      ['is a server of its own', () => hostOf(own({ mode: 'mp' })), null, /no in-process cache/],
      [
        'is one of several',
        () => ({ ...hostOf(own(), own({ id: other })), engines: [aFrameEngine(), second] }),
        HOST,
        /which of 2/,
      ],
    ])('is none where it %s', (_, snapshot, about, reason) => {
      const result = propose(bypass(other), remote, snapshot(), about ?? subject());
      expect(result).toEqual({ kind: 'impossible', reason: expect.stringMatching(reason) });
    });

    it('is asked for its remote tier where no backend is named, and for nothing else', () => {
      expect(propose(bypass(), {})).toMatchObject({ proposal: { parameters: remote } });
      expect(propose(bypass(), {}, hostOf(own({ remoteLatencySeconds: null })))).toMatchObject({
        reason: expect.stringMatching(/no backend was named/),
      });
      expect(propose(bypass(), { backendName: 'a&b' })).toMatchObject({ kind: 'impossible' });
    });
  });

  it('has its conditions looked at in the snapshot', () => {
    const remove = new LmcacheBypassRemoveAction(http());
    const task = taskOf('lmcache-bypass-remove', { backendName: 'RemoteBackend' });
    const holding = (snapshot: Snapshot) => remove.preconditions(task, snapshot).map(({ holds }) => holds);
    expect(holding(hostOf(own()))).toEqual([true, true]);
    expect(holding(hostOf(own({ remotePingErrorCode: -1 })))).toEqual([true, false]);
    expect(holding(hostOf(own({ healthy: null })))).toEqual([true, null]);
    expect(holding(hostOf())).toEqual([false, true]);
  });

  it('watches signals', () => {
    const actions = [LmcacheBypassAddAction, LmcacheFreezeOnAction, LmcacheClearLocalAction, LmcacheMpQuotaSetAction];
    const signals = actions.flatMap((Kind) => new Kind(http()).watched.map(({ signal }) => signal));
    expect(signals.filter((signal) => !isSignalPath(signal))).toEqual([]);
  });
});
