import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Run } from '@app/core';
import type { ExchangeView } from '@app/llm';
import { parsePrometheusText } from '@app/metrics';
import { anNvidiaSmiLog } from '@app/testing/gpu';
import { fakeGroq, type GroqFake, type GroqMode } from '@app/testing/llm';
import { aVllmPage, type FakeVllm, fakeVllm } from '@app/testing/metrics';
import { startAgent, type TestAgent } from './support/agent.js';
import { type FakeHost, fakeHost } from './support/fake-host.js';
import { call, postJson } from './support/http.js';

/** The first run of a process loads the graph and the client. */
jest.setTimeout(30_000);
const KEY = 'gsk_test_secret';
/** A GPU whose replaced memory row waits for a reset: one sample is enough to confirm it. */
const PENDING_REMAP = anNvidiaSmiLog()
  .withGpu({ remappedRows: { correctable: 1, uncorrectable: 0, pending: 'Yes', failure: 'No' } })
  .build();

describe('a run with a finding and a model', () => {
  let host: FakeHost;
  let groq: GroqFake;
  let vllm: FakeVllm;
  let agent: TestAgent | null = null;
  beforeAll(async () => {
    host = fakeHost();
    host.nvidiaSmi.becomes({ kind: 'exits', stdout: PENDING_REMAP });
    vllm = await fakeVllm(aVllmPage());
  });
  afterAll(async () => {
    await vllm.stop();
    host.remove();
  });
  beforeEach(async () => {
    groq = await fakeGroq('ok');
  });
  afterEach(async () => {
    await agent?.stop();
    agent = null;
    await groq.stop();
  });

  async function start(env: Record<string, string> = {}): Promise<void> {
    agent = await startAgent({
      binFolder: host.binFolder,
      env: {
        ENGINE_URLS: vllm.url,
        GROQ_API_KEY: KEY,
        GROQ_BASE_URL: groq.baseUrl,
        LLM_TIMEOUT_MS: '3000',
        ...env,
      },
    });
  }

  async function next(mode: GroqMode, body: object = {}): Promise<Run> {
    groq.mode = mode;
    const answer = await postJson(`${agent?.url}/optimize/run?wait=60`, body);
    expect(answer.status).toBe(200);
    return answer.json() as unknown as Run;
  }

  async function run(mode: GroqMode, body: object = {}, env: Record<string, string> = {}): Promise<Run> {
    await start(env);
    return next(mode, body);
  }

  async function promptOf({ id }: Pick<Run, 'id'>): Promise<{ status: number; text: string; view: ExchangeView }> {
    const { status, text } = await call(`${agent?.url}/optimize/runs/${id}/prompt`);
    return { status, text, view: JSON.parse(text) as ExchangeView };
  }

  const stepOf = ({ steps }: Run) => steps.find(({ stage }) => stage === 'insights');

  async function metric(name: string): Promise<[string, number][]> {
    const { samples } = parsePrometheusText((await call(`${agent?.url}/metrics`)).text);
    return samples
      .filter((sample) => sample.name === `resource_agent_${name}`)
      .map(({ labels, value }) => [Object.values(labels).join(), value]);
  }

  it('is explained by the model, from the evidence of the finding', async () => {
    const written = await run('ok');
    expect(written.analysis?.findings.map(({ ruleId }) => ruleId)).toContain('gpu-row-remap-pending');
    expect(written.insights).toMatchObject({
      source: 'llm',
      provider: 'groq',
      model: 'openai/gpt-oss-20b',
      degradedReason: null,
    });
    const findingIds = written.analysis?.findings.map(({ id }) => id) ?? [];
    for (const recommendation of written.insights?.recommendations ?? []) {
      expect(recommendation.findingIds.filter((id) => !findingIds.includes(id))).toEqual([]);
    }
    expect(groq.requests).toHaveLength(1);
    expect(groq.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(written.snapshot?.engines).toHaveLength(1);
  });

  it.each<[GroqMode, RegExp, number]>([
    ['401', /401.*GROQ_API_KEY/, 1],
    ['500', /500/, 2],
    ['reset', /could not be reached/, 2],
    ['broken-body', /not JSON, or broke off/, 2],
    ['truncated', /complete/, 2],
    ['empty', /empty/, 2],
    ['huge', /too large/, 1],
    ['refusal', /refused/, 1],
  ])('is written by the rules when the model service answers with %s, and says so', async (mode, reason, requests) => {
    const written = await run(mode, {}, { LLM_MAX_RETRIES: '1' });
    expect(written.status).toBe('succeeded');
    expect(written.insights?.source).toBe('rules');
    expect(written.insights?.degradedReason).toMatch(reason);
    expect(written.insights?.recommendations.length).toBeGreaterThan(0);
    expect(written.insights?.usage.attempts).toBe(requests);
    expect(stepOf(written)).toMatchObject({ status: 'degraded', detail: written.insights?.degradedReason });
    expect(groq.requests).toHaveLength(requests);
  });

  it.each<[GroqMode, number]>([
    ['429-retry-after-1', 2],
    ['prose-once', 2],
    ['fenced', 1],
  ])('is written by the model when %s passes', async (mode, requests) => {
    const written = await run(mode, {}, { LLM_TIMEOUT_MS: '10000' });
    expect(written.insights).toMatchObject({ source: 'llm', degradedReason: null, usage: { attempts: requests } });
    expect(stepOf(written)?.status).toBe('ok');
    const gapMs = (groq.requests[1]?.at ?? 0) - (groq.requests[0]?.at ?? 0);
    if (mode === '429-retry-after-1') expect(gapMs).toBeGreaterThanOrEqual(990);
  });

  it('is written by the model after two errors of the service', async () => {
    const written = await run('500-twice', {}, { LLM_TIMEOUT_MS: '10000' });
    expect(written.insights).toMatchObject({ source: 'llm', usage: { attempts: 3 } });
  });

  it.each<GroqMode>(['hang', 'stalled-body'])('is written by the rules at the deadline with %s', async (mode) => {
    const written = await run(mode, {}, { LLM_TIMEOUT_MS: '1500' });
    expect(written.insights?.degradedReason).toContain('1500 ms');
    expect(Math.abs((stepOf(written)?.durationMs ?? 0) - 1500)).toBeLessThanOrEqual(200);
  });

  it('is cancelled at once while the model is asked', async () => {
    groq.mode = 'hang';
    await start({ LLM_TIMEOUT_MS: '30000' });
    const started = (await postJson(`${agent?.url}/optimize/run`, {})).json() as unknown as Run;
    while (groq.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const startedAt = performance.now();
    const cancelled = await postJson(`${agent?.url}/optimize/runs/${started.id}/cancel`, {});
    expect(cancelled.json()).toMatchObject({ status: 'cancelled' });
    expect((await next('ok')).insights?.source).toBe('llm');
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });

  it.each([
    [{ llm: false }, {}],
    [{ mode: 'observe' }, {}],
    [{}, { LLM_ENABLED: 'false' }],
  ])('asks no model with %j %j', async (body, env) => {
    const written = await run('ok', body, env);
    expect(written.insights).toMatchObject({ source: 'rules', degradedReason: null });
    expect(written.steps.find(({ stage }) => stage === 'insights')?.status).toBe('ok');
    expect(groq.requests).toEqual([]);
  });

  it('never shows the key', async () => {
    const written = await run('echoes-key');
    expect(JSON.stringify(written)).not.toContain(KEY);
    for (const path of ['/optimize/status', `/optimize/runs/${written.id}/prompt`, '/metrics']) {
      expect((await call(`${agent?.url}${path}`)).text).not.toContain(KEY);
    }
  });

  it('shows what was sent and received, and costs nothing the second time', async () => {
    const first = await run('ok');
    const second = await next('ok');
    expect(groq.requests).toHaveLength(1);
    expect(second.insights).toMatchObject({
      source: 'llm',
      degradedReason: null,
      usage: { promptTokens: 0, completionTokens: 0, costUsd: 0, cached: true, attempts: 0 },
    });
    const { view } = await promptOf(first);
    expect(view).toMatchObject({ runId: first.id, outcome: 'answered', isCached: false, cachedFrom: null });
    expect(view.messages).toEqual(groq.requests[0]?.body.messages);
    expect(JSON.parse(view.answer ?? '')).toHaveProperty('recommendations');
    expect(view.calls[0]?.attempts[0]).toMatchObject({
      status: 200,
      finishReason: 'stop',
      usage: { promptTokens: 900, completionTokens: 100 },
    });
    const cached = (await promptOf(second)).view;
    expect(cached).toMatchObject({
      runId: second.id,
      outcome: 'cached',
      isCached: true,
      cachedFrom: { runId: first.id },
    });
    expect(cached.messages).toEqual(view.messages);
    expect(await metric('llm_insights_total')).toEqual([
      ['answered', 1],
      ['cached', 1],
    ]);
    expect(await metric('llm_cache_lookups_total')).toEqual([
      ['hit', 1],
      ['miss', 1],
    ]);
    expect(await metric('llm_tokens_total')).toEqual([
      ['prompt', 900],
      ['completion', 100],
    ]);
    expect(await metric('llm_tokens_used_today')).toEqual([['', 1000]]);
  });

  it('shows failed attempts too', async () => {
    const written = await run('500', {}, { LLM_MAX_RETRIES: '1' });
    const { view } = await promptOf(written);
    expect(view).toMatchObject({ outcome: 'server', reason: written.insights?.degradedReason });
    expect(view.calls[0]?.attempts.map(({ status, failure }) => [status, failure])).toEqual([
      [500, 'server'],
      [500, 'server'],
    ]);
  });

  it('has no prompt when no model was asked, or when there is no such run', async () => {
    const written = await run('ok', { llm: false });
    const { status, text } = await promptOf(written);
    expect([status, JSON.parse(text)]).toMatchObject([
      404,
      { code: 'not_found', detail: expect.stringContaining('sent nothing') },
    ]);
    expect(await promptOf({ id: 'run_none' })).toMatchObject({ status: 404, view: { code: 'run_not_found' } });
  });

  it('asks no more after a rejected key, and the status says until when', async () => {
    await run('401');
    const second = await next('ok');
    expect(groq.requests).toHaveLength(1);
    expect(second.status).toBe('succeeded');
    expect(stepOf(second)?.status).toBe('degraded');
    expect(second.insights?.degradedReason).toMatch(/401.*asked again after \d{4}-/);
    const status = (await call(`${agent?.url}/optimize/status`)).json() as {
      components: { name: string; detail: string }[];
    };
    expect(status.components.find(({ name }) => name === 'llm')).toMatchObject({
      status: 'degraded',
      detail: expect.stringContaining('circuit is open'),
    });
    expect(await metric('llm_circuit_state')).toContainEqual(['open', 1]);
    expect((await promptOf(second)).status).toBe(404);
  });

  it('asks no more once the budget of the day is used up', async () => {
    await run('ok', { objective: 'cost' }, { LLM_DAILY_TOKEN_BUDGET: '1000' });
    const second = await next('ok', { objective: 'latency' });
    expect(groq.requests).toHaveLength(1);
    expect(second.insights?.degradedReason).toContain('LLM_DAILY_TOKEN_BUDGET');
    expect(stepOf(second)?.status).toBe('degraded');
  });
});
