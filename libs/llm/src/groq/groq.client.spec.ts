import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadSettings, Settings } from '@app/config';
import { SystemClock } from '@app/core';
import { anInsightRequest, type GroqFake, fakeGroq, type GroqMode } from '@app/testing/llm';
import { insightsPrompt } from '../prompts/insights.prompt.js';
import { Deadline } from './deadline.js';
import { type CallResult, GroqClient } from './groq.client.js';

const KEY = 'gsk_test_secret';
let groq: GroqFake;

beforeEach(async () => {
  groq = await fakeGroq('ok');
});
afterEach(async () => {
  await groq.stop();
});

function ask(mode: GroqMode, llm: Partial<Settings['llm']> = {}, signal?: AbortSignal): Promise<CallResult> {
  groq.mode = mode;
  const base = loadSettings({ GROQ_API_KEY: KEY, GROQ_BASE_URL: groq.baseUrl, LLM_TIMEOUT_MS: '8000' });
  const settings = new Settings({ ...base, llm: { ...base.llm, maxRetries: 0, ...llm } });
  const { messages } = insightsPrompt(anInsightRequest());
  return new GroqClient(settings, new SystemClock()).call(messages, new Deadline(settings.llm.timeoutMs, signal));
}

describe('GroqClient', () => {
  it('reads a good answer with its tokens, price and attempts', async () => {
    const result = await ask('ok');
    expect(result).toMatchObject({
      kind: 'answer',
      draft: { recommendations: [{ action: { type: 'gpu-restore-power-limit' } }] },
      usage: { promptTokens: 900, completionTokens: 100, costUsd: 0.0000975, attempts: 1, cached: false },
    });
  });

  it('asks with a strict schema, little randomness and room for reasoning', async () => {
    await ask('ok');
    const [request] = groq.requests;
    expect(request?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(request?.body).toMatchObject({
      model: 'openai/gpt-oss-20b',
      temperature: 0.1,
      reasoning_effort: 'low',
      response_format: { json_schema: { strict: true, schema: { additionalProperties: false } } },
    });
    expect(request?.body.max_completion_tokens).toBeGreaterThanOrEqual(2048);
  });

  it('does not know the price of every model', async () => {
    expect((await ask('ok', { model: 'openai/gpt-oss-999b' })).usage.costUsd).toBeNull();
  });

  it('reads JSON in a code fence', async () => {
    expect((await ask('fenced')).kind).toBe('answer');
  });

  it.each<readonly [GroqMode, string, RegExp]>([
    ['401', 'auth', /401.*GROQ_API_KEY/],
    ['404', 'rejected', /gpt-oss-20b.*GROQ_MODEL/],
    ['429', 'rate-limited', /429/],
    ['500', 'server', /500/],
    ['echoes-key', 'rejected', /400/],
    ['json-validate-failed', 'unparsable', /format/],
    ['redirect', 'rejected', /302.*GROQ_BASE_URL/],
    ['reset', 'network', /could not be reached/],
    ['broken-body', 'unparsable', /broke off/],
    ['not-json', 'unparsable', /not JSON.*GROQ_BASE_URL/],
    ['huge', 'too-large', /too large/],
    ['truncated', 'truncated', /ran out of tokens/],
    ['empty', 'empty', /empty/],
    ['prose', 'unparsable', /format/],
    ['wrong-schema', 'unparsable', /format/],
    ['refusal', 'refused', /refused/],
    ['refusal-prose', 'refused', /refused/],
    ['content-filter', 'refused', /refused/],
  ])('takes %s for %s and says what to do', async (mode, kind, reason) => {
    const result = await ask(mode);
    expect(result).toMatchObject({ kind, reason: expect.stringMatching(reason), usage: { attempts: 1 } });
    expect(JSON.stringify(result)).not.toContain(KEY);
    expect(result.attempts[0]).toMatchObject({ failure: kind });
  });

  it('counts the tokens of an answer that can not be used', async () => {
    expect((await ask('prose')).usage).toMatchObject({ promptTokens: 900, completionTokens: 100 });
  });

  it('counts the tokens that an error claims', async () => {
    const usage = { prompt_tokens: 7, completion_tokens: 3 };
    groq.queue.push({ status: 400, body: JSON.stringify({ error: { code: 'json_validate_failed' }, usage }) });
    expect((await ask('ok')).usage).toMatchObject({ promptTokens: 7, completionTokens: 3 });
  });

  it.each<GroqMode>(['hang', 'stalled-body'])('keeps its one deadline with %s', async (mode) => {
    const startedAt = performance.now();
    const result = await ask(mode, { timeoutMs: 300, maxRetries: 2 });
    expect(result).toMatchObject({ kind: 'timeout', reason: expect.stringContaining('300 ms') });
    expect(Math.abs(performance.now() - startedAt - 300)).toBeLessThan(200);
  });

  it.each<readonly [GroqMode, string]>([
    ['500', 'server'],
    ['429-retry-after-1', 'rate-limited'],
    ['429-retry-after-60', 'rate-limited'],
  ])('does not wait for a retry that would come too late, with %s', async (mode, kind) => {
    const startedAt = performance.now();
    expect(await ask(mode, { timeoutMs: 450, maxRetries: 2 })).toMatchObject({ kind, usage: { attempts: 1 } });
    expect(performance.now() - startedAt).toBeLessThan(400);
  });

  it('waits as long as the service asks for and tries again', async () => {
    const result = await ask('429-retry-after-1', { maxRetries: 2 });
    expect(result).toMatchObject({ kind: 'answer', usage: { attempts: 2 } });
    const [first, second] = groq.requests.map(({ at }) => at);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('tries again after errors of the service', async () => {
    const result = await ask('500-twice', { maxRetries: 2 });
    expect(result).toMatchObject({ kind: 'answer', usage: { attempts: 3, promptTokens: 900 } });
    expect(result.attempts.map(({ status, failure }) => [status, failure])).toEqual([
      [500, 'server'],
      [500, 'server'],
      [200, null],
    ]);
  });

  it('tries again after a lost connection', async () => {
    const result = await ask('reset-once', { maxRetries: 1 });
    expect(result).toMatchObject({ kind: 'answer', usage: { attempts: 2 } });
    expect(result.attempts[0]).toMatchObject({ status: null, failure: 'network', body: null });
  });

  it.each<GroqMode>(['401', '404', '429', 'huge', 'redirect', 'echoes-key', 'prose', 'not-json'])(
    'does not try %s again',
    async (mode) => {
      await ask(mode, { maxRetries: 2 });
      expect(groq.requests).toHaveLength(1);
    },
  );

  it('stops when the run is cancelled, also while it waits for a retry', async () => {
    const run = new AbortController();
    const answer = ask('429-retry-after-1', { maxRetries: 2 }, run.signal);
    const poll = setInterval(() => groq.requests.length > 0 && run.abort(), 5);
    const result = await answer;
    clearInterval(poll);
    expect(result.kind).toBe('cancelled');
    expect(groq.requests).toHaveLength(1);
  });

  it('sends nothing for a run that is cancelled already', async () => {
    expect(await ask('ok', {}, AbortSignal.abort())).toMatchObject({ kind: 'cancelled', request: null, attempts: [] });
    expect(groq.requests).toEqual([]);
  });

  it('says so when nobody listens', async () => {
    const gone = await fakeGroq('ok');
    const { baseUrl } = gone;
    await gone.stop();
    expect(await ask('ok', { baseUrl })).toMatchObject({
      kind: 'network',
      reason: expect.stringMatching(/ECONNREFUSED.*GROQ_BASE_URL/),
    });
  });

  it('reads the arguments of the tool call that other models answer with', async () => {
    const result = await ask('ok', { model: 'llama-3.3-70b-versatile' });
    expect(result.kind).toBe('answer');
    expect(groq.requests[0]?.body.reasoning_effort).toBeUndefined();
  });

  it('keeps what was sent and received, word for word', async () => {
    const result = await ask('ok');
    const sent = groq.requests[0]?.body;
    expect(result.request?.messages).toEqual(sent?.messages);
    expect(result.request?.parameters).toMatchObject({
      model: 'openai/gpt-oss-20b',
      temperature: 0.1,
      max_completion_tokens: 4096,
      response_format: { json_schema: { name: 'insights', schema: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) } },
    });
    expect(result.attempts).toEqual([
      expect.objectContaining({
        status: 200,
        failure: null,
        isCut: false,
        body: expect.stringContaining('chatcmpl-1'),
      }),
    ]);
  });

  it('keeps the beginning of an answer that is too large, and strikes out a key that comes back', async () => {
    const [large] = (await ask('huge')).attempts;
    expect(large).toMatchObject({ isCut: true });
    expect(large?.body?.length).toBe(256 * 1024);
    const [echoed] = (await ask('echoes-key')).attempts;
    expect(echoed?.body).toContain('You sent Bearer [GROQ_API_KEY]');
  });
});
