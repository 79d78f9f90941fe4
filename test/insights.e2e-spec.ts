import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Run } from '@app/core';
import { anNvidiaSmiLog } from '@app/testing/gpu';
import { fakeGroq, type GroqFake, type GroqMode } from '@app/testing/llm';
import { aVllmPage, type FakeVllm, fakeVllm } from '@app/testing/metrics';
import { startAgent, type TestAgent } from './support/agent.js';
import { type FakeHost, fakeHost } from './support/fake-host.js';
import { call, postJson } from './support/http.js';

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

  async function run(mode: GroqMode, body: object = {}, env: Record<string, string> = {}): Promise<Run> {
    groq.mode = mode;
    agent = await startAgent({
      binFolder: host.binFolder,
      env: {
        ENGINE_URLS: vllm.url,
        GROQ_API_KEY: 'gsk_test',
        GROQ_BASE_URL: groq.baseUrl,
        LLM_TIMEOUT_MS: '2000',
        LLM_MAX_RETRIES: '0',
        ...env,
      },
    });
    const answer = await postJson(`${agent.url}/optimize/run?wait=60`, body);
    expect(answer.status).toBe(200);
    return answer.json() as unknown as Run;
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
    expect(groq.requests[0]?.headers.authorization).toBe('Bearer gsk_test');
    expect(written.snapshot?.engines).toHaveLength(1);
  });

  it.each<[GroqMode, RegExp]>([
    ['401', /401|key/i],
    ['500', /500|server/i],
    ['hang', /time|deadline|second/i],
    ['reset', /connect|network|reset|reach/i],
    ['truncated', /complete/i],
    ['empty', /empty|nothing/i],
    ['huge', /large/i],
    ['prose', /./],
  ])('is written by the rules when the model service answers with %s, and says so', async (mode, reason) => {
    const written = await run(mode);
    expect(written.status).toBe('succeeded');
    expect(written.insights?.source).toBe('rules');
    expect(written.insights?.degradedReason).toMatch(reason);
    expect(written.insights?.recommendations.length).toBeGreaterThan(0);
    expect(written.steps.find(({ stage }) => stage === 'insights')?.status).toBe('degraded');
    expect(groq.requests.length).toBeLessThanOrEqual(1);
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
    const written = await run('401');
    expect(JSON.stringify(written)).not.toContain('gsk_test');
    const { text } = await call(`${agent?.url}/optimize/status`);
    expect(text).not.toContain('gsk_test');
  });
});
