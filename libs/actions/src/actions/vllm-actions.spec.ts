import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Engine, isSignalPath, type Snapshot } from '@app/core';
import { aFindingOf, aTask, courseOf, type FakeJsonServer, fakeJsonServer } from '@app/testing/actions';
import { aFrame, aFrameEngine, aFrameGpu, aFrameSystem, FRAME_GPU_UUID } from '@app/testing/analysis';
import type { Action, ActionTask } from '../action.js';
import { HttpExecutor } from '../executors/http.executor.js';
import { VllmPauseAction, VllmResumeAction } from './vllm-pause.action.js';
import { VllmResetPrefixCacheAction } from './vllm-reset-prefix-cache.action.js';
import { VllmSleepAction, VllmWakeAction } from './vllm-sleep.action.js';

const GIB = 1024 ** 3;
type EnginePatch = Parameters<typeof aFrameEngine>[0];

describe('actions on a vLLM engine', () => {
  let engine: FakeJsonServer;
  let is: { asleep: boolean; paused: boolean; lies: boolean };
  let page: string;
  beforeEach(async () => {
    is = { asleep: false, paused: false, lies: false };
    page = 'vllm:prefix_cache_queries_total{engine="0"} 1000\nvllm:prefix_cache_hits_total{engine="0"} 500\n';
    const set = (change: Partial<typeof is>) => () => {
      if (!is.lies) is = { ...is, ...change };
      return { body: '' };
    };
    engine = await fakeJsonServer({
      'GET /is_sleeping': () => ({ body: { is_sleeping: is.asleep } }),
      'POST /sleep': set({ asleep: true }),
      'POST /wake_up': set({ asleep: false }),
      'GET /is_paused': () => ({ body: { is_paused: is.paused } }),
      'POST /pause': set({ paused: true }),
      'POST /resume': set({ paused: false }),
      'GET /health': () => ({ body: '' }),
      'GET /metrics': () => ({ body: page }),
      'GET /reset_prefix_cache': () => ({ status: 405 }),
      'POST /reset_prefix_cache': () => ({ body: { success: true } }),
    });
  });
  afterEach(() => engine.stop());

  const http = (): HttpExecutor => new HttpExecutor([engine.url]);
  const subject = () => ({ kind: 'engine', id: engine.url, label: 'chat' }) as const;
  const taskOf = (type: string): ActionTask => aTask(type, subject());
  const hostOf = (patch: EnginePatch = {}, others: readonly Engine[] = []): Snapshot => {
    const own = aFrameEngine({ id: engine.url, url: engine.url, ...(patch as object) } as EnginePatch);
    return aFrame(0, { engines: [own, ...others], system: aFrameSystem({ memory: { availableBytes: 500 * GIB } }) });
  };
  const propose = (action: Action, snapshot = hostOf(), finding = aFindingOf(subject())) =>
    action.propose({ type: action.type, parameters: {} }, finding, snapshot);

  const SWITCHES = [
    ['vllm-sleep', VllmSleepAction, false, '/sleep?level=1&mode=wait', '/wake_up'],
    ['vllm-wake', VllmWakeAction, true, '/wake_up', '/sleep?level=1&mode=wait'],
    ['vllm-pause', VllmPauseAction, false, '/pause?mode=wait', '/resume'],
    ['vllm-resume', VllmResumeAction, true, '/resume', '/pause?mode=wait'],
  ] as const;

  describe.each(SWITCHES)('%s', (type, Switch, isOnBefore, path, way) => {
    beforeEach(() => {
      is = { asleep: isOnBefore, paused: isOnBefore, lies: false };
    });
    const posts = (): string[] =>
      engine.requests.filter(({ method }) => method === 'POST').map((request) => request.path);

    it('is done by one call, read back, and taken back by the other', async () => {
      const done = await courseOf(new Switch(http()), taskOf(type));
      expect(done).toMatchObject({ isReached: true, isRestored: false, isBack: true, output: { isAccepted: true } });
      expect(posts()).toEqual([path, way]);
    });

    it('is not reached where the engine lies', async () => {
      is = { ...is, lies: true };
      expect(await courseOf(new Switch(http()), taskOf(type))).toMatchObject({ isReached: false, isRestored: true });
    });

    it('is proposed as the call that it is', () => {
      const expected = {
        kind: 'proposal',
        proposal: { members: [engine.url], preview: `curl -X POST '${engine.url}${path}'` },
      };
      expect(propose(new Switch(http()))).toMatchObject(expected);
    });

    it('is there only where the engine has the endpoint already', async () => {
      expect(await new Switch(http()).unavailable()).toBeNull();
      delete engine.routes['GET /is_sleeping'];
      delete engine.routes['GET /is_paused'];
      expect(await new Switch(http()).unavailable()).toMatch(/development mode/);
      expect(await new Switch(new HttpExecutor([])).unavailable()).toMatch(/ENGINE_URLS/);
      await expect(new Switch(http()).read(taskOf(type))).rejects.toThrow(/does not offer this/);
    });

    it('watches signals, the expected one among them', () => {
      const action = new Switch(http());
      for (const { signal } of action.watched) expect(isSignalPath(signal)).toBe(true);
      const result = propose(action);
      const expected = result.kind === 'proposal' ? result.proposal.expected?.signal : null;
      if (expected) expect(action.watched.map(({ signal }) => signal)).toContain(expected);
    });
  });

  it.each<[string, () => Snapshot, RegExp]>([
    ['another kind of engine', () => hostOf({ kind: 'sglang' }), /no vLLM/],
    ['an engine that is not configured', () => hostOf({ id: 'http://10.0.0.1:8000' }), /not in the snapshot/],
    [
      'one of several behind an address',
      () => hostOf({}, [aFrameEngine({ id: `${engine.url}#1` })]),
      /several engines/,
    ],
  ])('proposes nothing for %s', (_, snapshot, reason) => {
    expect(propose(new VllmSleepAction(http()), snapshot())).toEqual({
      kind: 'impossible',
      reason: expect.stringMatching(reason),
    });
  });

  it('finds the engine on the GPU of a finding, and calls only configured ones', () => {
    const gpu = aFindingOf({ kind: 'gpu', id: FRAME_GPU_UUID, label: 'GPU 0' });
    expect(propose(new VllmSleepAction(http()), hostOf(), gpu)).toMatchObject({
      proposal: { subject: { id: engine.url } },
    });
    const elsewhere = new VllmSleepAction(new HttpExecutor(['http://127.0.0.1:1']));
    expect(propose(elsewhere)).toMatchObject({ reason: expect.stringMatching(/none of the configured/) });
  });

  const idle = { requestsRunning: 0, requestsWaiting: 0, requestsPerSecond: 0, sleepState: 'awake' } as const;
  const holding = (task: ActionTask, action: Action, snapshot: Snapshot) =>
    action
      .preconditions(task, snapshot)
      .map(({ holds }) => holds)
      .filter((holds) => holds !== true);

  it.each<[string, EnginePatch, number | null, (boolean | null)[]]>([
    ['an idle engine and much host memory', idle, 500, []],
    ['requests', { ...idle, requestsRunning: 1 }, 500, [false]],
    ['requests that nobody counts', { ...idle, requestsWaiting: null }, 500, [null]],
    ['no sleep mode that could be seen', { ...idle, sleepState: null }, 500, [null]],
    ['too little host memory', idle, 80, [false]],
    ['host memory that could not be read', idle, null, [null]],
    ['an engine that is down', { ...idle, up: false }, 500, [false]],
  ])('lets an engine sleep with %s only', (_, patch, gib, expected) => {
    const memory = { availableBytes: gib === null ? null : gib * GIB };
    const snapshot = { ...hostOf(patch), system: aFrameSystem({ memory }) };
    expect(holding(taskOf('vllm-sleep'), new VllmSleepAction(http()), snapshot)).toEqual(expected);
  });

  it.each<[string, EnginePatch, number, (boolean | null)[]]>([
    ['the weights are in host memory and the GPU is free', { sleepState: 'weights-offloaded' }, 78, []],
    ['somebody else took the GPU memory', { sleepState: 'weights-offloaded' }, 40, [false]],
    ['the weights were thrown away', { sleepState: 'discard-all' }, 78, [false]],
    ['it is not known whether it sleeps', { sleepState: null }, 78, [null]],
  ])('wakes an engine where %s', (_, patch, freeGib, expected) => {
    const gpus = [aFrameGpu({ memory: { freeBytes: freeGib * GIB } })];
    expect(holding(taskOf('vllm-wake'), new VllmWakeAction(http()), { ...hostOf(patch), gpus })).toEqual(expected);
  });

  it('does not call an engine awake that does not answer its health check', async () => {
    engine.routes['GET /health'] = () => ({ status: 503 });
    const wake = new VllmWakeAction(http());
    expect(wake.isReached(await wake.read(taskOf('vllm-wake')))).toBe(false);
  });

  it('looks at those that have to serve for an engine that sleeps', () => {
    const other = aFrameEngine({ id: 'http://10.0.0.2:8000', gpuUuids: [] });
    const reach = new VllmSleepAction(http()).reach(taskOf('vllm-sleep'), hostOf({}, [other]));
    expect(reach).toMatchObject({ gpus: [FRAME_GPU_UUID], engines: ['http://10.0.0.2:8000'] });
  });

  describe('vllm-reset-prefix-cache', () => {
    const task = (): ActionTask => taskOf('vllm-reset-prefix-cache');
    const serve = (queries: number, hits: number): void => {
      page = `vllm:prefix_cache_queries_total ${queries}\nvllm:prefix_cache_hits_total ${hits}\n`;
    };

    it('is reached where the engine says that it was done', async () => {
      const done = await courseOf(new VllmResetPrefixCacheAction(http()), task());
      expect(done).toMatchObject({ isReached: true, output: { isAccepted: true } });
      expect(engine.requests.find(({ method }) => method === 'POST')?.path).toBe(
        '/reset_prefix_cache?reset_running_requests=false',
      );
    });

    it('is not believed a 200 that says that it failed', async () => {
      engine.routes['POST /reset_prefix_cache'] = () => ({ body: { success: false } });
      const done = await courseOf(new VllmResetPrefixCacheAction(http()), task());
      expect(done).toMatchObject({ isReached: false, isRestored: true, output: { isAccepted: false } });
    });

    it.each([
      ['fall', 0, true],
      ['stay', 600, false],
    ])('is seen in hits that %s where an older engine says nothing', async (_, hitsSince, expected) => {
      engine.routes['POST /reset_prefix_cache'] = () => ({ body: '' });
      const reset = new VllmResetPrefixCacheAction(http());
      const before = await reset.read(task());
      await reset.execute(task());
      expect(reset.isReached(await reset.read(task()), task(), before)).toBe(false);
      serve(2000, 500 + hitsSince);
      expect(reset.isReached(await reset.read(task()), task(), before)).toBe(expected);
    });

    it('is no remedy for a full KV cache', () => {
      const finding = aFindingOf(subject(), { ruleId: 'kv-cache-saturated' });
      expect(propose(new VllmResetPrefixCacheAction(http()), hostOf(), finding)).toMatchObject({ kind: 'impossible' });
    });

    it('is there where its path is', async () => {
      expect(await new VllmResetPrefixCacheAction(http()).unavailable()).toBeNull();
      delete engine.routes['GET /reset_prefix_cache'];
      expect(await new VllmResetPrefixCacheAction(http()).unavailable()).toMatch(/development mode/);
    });
  });
});
