import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ruleCatalogue } from '@app/analysis';
import type { Run } from '@app/core';
import { type FakeHost, fakeHost } from './support/fake-host.js';
import { startAgent, type TestAgent, type TestAgentOptions } from './support/agent.js';
import { call, postJson } from './support/http.js';

jest.setTimeout(30_000);
/** Long enough to fork a cold helper on a busy machine. */
const COLLECT_TIMEOUT_MS = 3000;
const RULES = ruleCatalogue();
const RULE_COUNT = RULES.filter(({ isEvaluated }) => isEvaluated).length;

async function runOf(agent: TestAgent, body: object = {}): Promise<Run> {
  const answer = await postJson(`${agent.url}/optimize/run?wait=60`, body);
  expect(answer.status).toBe(200);
  return answer.json() as unknown as Run;
}

describe('a host with nothing to read but itself', () => {
  let agent: TestAgent;
  beforeEach(async () => {
    agent = await startAgent();
  });
  afterEach(() => agent.stop());

  it('succeeds with host findings by rules, and says what is absent', async () => {
    const run = await runOf(agent);
    expect(run).toMatchObject({
      status: 'succeeded',
      mode: 'recommend',
      target: 'local',
      plan: { hash: expect.any(String), expiresAt: expect.any(String), actions: expect.any(Array) },
      outcome: null,
      error: null,
    });
    expect(run.insights).toMatchObject({ source: 'rules', degradedReason: null, usage: { promptTokens: 0 } });
    expect(run.snapshot?.system?.memory.totalBytes).toBeGreaterThan(0);
    expect(run.snapshot?.gpus).toEqual([]);
    expect(run.analysis?.notEvaluated.length).toBeGreaterThan(0);
    const { components } = (await call(`${agent.url}/optimize/status`)).json() as unknown as {
      components: { name: string; status: string }[];
    };
    expect(Object.fromEntries(components.map(({ name, status }) => [name, status]))).toMatchObject({
      gpu: 'absent',
      engines: 'absent',
      lmcache: 'absent',
      kernelLog: 'absent',
      llm: 'absent',
      store: 'up',
    });
  });

  it('answers 202 with a Location that leads to the run', async () => {
    const answer = await call(`${agent.url}/optimize/run`, { method: 'POST' });
    expect(answer.status).toBe(202);
    const location = String(answer.headers['location']);
    expect(location).toBe(`/optimize/runs/${String(answer.json()['id'])}`);
    expect((await call(`${agent.url}${location}`)).status).toBe(200);
  });

  it('gives the same run for the same key and body, and 422 for another body', async () => {
    const header = { 'Idempotency-Key': 'night-1' };
    const first = (await postJson(`${agent.url}/optimize/run`, {}, header)).json();
    const again = (await postJson(`${agent.url}/optimize/run?wait=60`, {}, header)).json();
    expect(again['id']).toBe(first['id']);
    const other = await postJson(`${agent.url}/optimize/run`, { mode: 'observe' }, header);
    expect(other.status).toBe(422);
    expect(other.json()).toMatchObject({ code: 'idempotency_key_reused' });
  });

  it('pages through the runs, newest first', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i += 1) ids.unshift((await runOf(agent, { mode: 'observe' })).id);
    const first = (await call(`${agent.url}/optimize/runs?limit=2`)).json() as unknown as {
      items: { id: string }[];
      nextCursor: string;
    };
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const rest = (await call(`${agent.url}/optimize/runs?limit=2&cursor=${first.nextCursor}`)).json();
    expect(rest).toMatchObject({ items: [{ id: ids[2] }], nextCursor: null });
  });

  it('refuses to cancel a run that has ended', async () => {
    const { id } = await runOf(agent);
    const answer = await call(`${agent.url}/optimize/runs/${id}/cancel`, { method: 'POST' });
    expect(answer.status).toBe(409);
    expect(answer.json()).toMatchObject({ code: 'run_not_cancellable' });
  });

  it('serves the readings, the catalogues, the graph and its health', async () => {
    const get = async (path: string): Promise<Record<string, unknown>> => {
      const answer = await call(`${agent.url}${path}`);
      expect(`${path} ${answer.status}`).toBe(`${path} 200`);
      return answer.json();
    };
    expect(await get('/targets')).toMatchObject({ items: [{ id: 'local' }] });
    expect(await get('/targets/local')).toMatchObject({ id: 'local' });
    expect(await get('/targets/local/snapshot?refresh=true')).toMatchObject({ target: 'local', simulated: false });
    expect(await get('/targets/local/findings')).toMatchObject({ target: 'local', items: expect.any(Array) });
    expect(await get('/analysis')).toMatchObject({ findings: expect.any(Array), coverage: { rulesTotal: RULE_COUNT } });
    expect(await get('/gpu/metrics')).toMatchObject({ section: { status: 'absent' }, gpus: [] });
    expect(await get('/system/metrics')).toMatchObject({ system: { memory: expect.any(Object) } });
    expect(await get('/lmcache/status')).toMatchObject({ section: { status: 'absent' }, caches: [] });
    expect(((await get('/actions'))['items'] as unknown[]).length).toBeGreaterThan(20);
    expect(((await get('/analysis/rules'))['items'] as unknown[]).length).toBe(RULES.length);
    expect(await get('/health/live')).toEqual({ status: 'ok' });
    expect(await get('/health/ready')).toMatchObject({ status: 'ok' });
    const graph = await call(`${agent.url}/optimize/graph`);
    expect(graph.headers['content-type']).toMatch(/^text\/plain/);
    expect(graph.text).toMatch(/graph TD[\s\S]*collect[\s\S]*analyze/);
  });
});

describe('a host with GPUs', () => {
  let host: FakeHost;
  let agent: TestAgent | null = null;
  beforeEach(() => {
    host = fakeHost();
  });
  afterEach(async () => {
    await agent?.stop();
    agent = null;
    host.remove();
  });

  const start = async (options: TestAgentOptions = {}): Promise<TestAgent> => {
    agent = await startAgent({
      binFolder: host.binFolder,
      ...options,
      env: { COLLECT_TIMEOUT_MS: String(COLLECT_TIMEOUT_MS), SAMPLE_INTERVAL_MS: '60000', ...options.env },
    });
    return agent;
  };

  it('lists them with their values', async () => {
    const run = await runOf(await start());
    expect(run.snapshot?.sections.gpu).toMatchObject({ status: 'ok' });
    expect(run.snapshot?.gpus).toHaveLength(2);
    expect(run.snapshot?.gpus[0]?.uuid).toMatch(/^GPU-/);
    expect(run.snapshot?.gpus[0]?.memory.totalBytes).toBeGreaterThan(0);
  });

  it.each([
    [
      { exitCode: 9, stdout: "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n" },
      'failed',
      /driver/i,
    ],
    [{ exitCode: 4, stdout: 'Insufficient Permissions\n' }, 'denied', /permission/i],
    [{ exitCode: 6, stdout: 'No devices were found\n' }, 'absent', /device/i],
    [{ exitCode: 0, stdout: '<nvidia_smi_log><gpu id="0' }, 'failed', /./],
    [{ exitCode: 0, stdout: '' }, 'failed', /empty|nothing|no output/i],
    [{ exitCode: 1, stderr: 'something odd\n' }, 'failed', /something odd/],
  ])('survives a nvidia-smi that answers %j', async (behaviour, status, detail) => {
    host.nvidiaSmi.becomes({ kind: 'exits', ...behaviour });
    const run = await runOf(await start());
    expect(run.status).toBe('succeeded');
    expect(run.snapshot?.sections.gpu.status).toBe(status);
    expect(run.snapshot?.sections.gpu.detail).toMatch(detail);
    expect(run.snapshot?.gpus).toEqual([]);
    expect(run.snapshot?.gaps).toEqual(expect.arrayContaining([expect.objectContaining({ signal: 'gpus', status })]));
  });

  it('succeeds within the deadline when nvidia-smi hangs, starts no second one, and leaves no process behind', async () => {
    host.nvidiaSmi.becomes({ kind: 'hangs' });
    const hanging = await start();
    const [first, second] = await Promise.all([
      runOf(hanging, { mode: 'observe' }),
      runOf(hanging, { mode: 'observe' }),
    ]);
    for (const run of [first, second]) {
      expect(run.status).toBe('succeeded');
      expect(run.snapshot?.sections.gpu.status).toBe('timeout');
      expect(run.plan).toBeNull();
    }
    const collect = first?.steps.find(({ stage }) => stage === 'collect');
    expect(collect?.durationMs).toBeLessThan(COLLECT_TIMEOUT_MS + 1500);
    await hanging.stop();
    agent = null;
    expect(host.nvidiaSmi.livingPids()).toEqual([]);
  });
});
