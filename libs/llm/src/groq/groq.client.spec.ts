import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadSettings, Settings } from '@app/config';
import { SystemClock } from '@app/core';
import { anInsightRequest, type GroqFake, fakeGroq, type GroqMode } from '@app/testing/llm';
import { insightsPrompt } from '../prompts/insights.prompt.js';
import { GroqClient } from './groq.client.js';
import type { GroqResult } from './groq-result.js';

const KEY = 'gsk_test_secret';
let groq: GroqFake;

beforeEach(async () => {
  groq = await fakeGroq('ok');
});
afterEach(async () => {
  await groq.stop();
});

function ask(mode: GroqMode, llm: Partial<Settings['llm']> = {}, signal?: AbortSignal): Promise<GroqResult> {
  groq.mode = mode;
  const base = loadSettings({ GROQ_API_KEY: KEY, GROQ_BASE_URL: groq.baseUrl, LLM_TIMEOUT_MS: '8000' });
  const settings = new Settings({ ...base, llm: { ...base.llm, maxRetries: 0, ...llm } });
  return new GroqClient(settings, new SystemClock()).ask(insightsPrompt(anInsightRequest()).messages, signal);
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
    ['json-validate-failed', 'unparsable', /format/],
    ['redirect', 'network', /GROQ_BASE_URL/],
    ['reset', 'network', /could not be reached/],
    ['huge', 'too-large', /too large/],
    ['truncated', 'truncated', /ran out of tokens/],
    ['empty', 'empty', /empty/],
    ['prose', 'unparsable', /format/],
    ['wrong-schema', 'unparsable', /format/],
  ])('takes %s for %s and says what to do', async (mode, kind, reason) => {
    const result = await ask(mode);
    expect(result).toMatchObject({ kind, reason: expect.stringMatching(reason), usage: { attempts: 1 } });
    expect(JSON.stringify(result)).not.toContain(KEY);
  });

  it('counts the tokens of an answer that can not be used', async () => {
    expect((await ask('prose')).usage).toMatchObject({ promptTokens: 900, completionTokens: 100 });
  });

  // Before the slow ones: LangChain lets the timer of an abandoned wait run out, which then ends beside them.
  it.each<GroqMode>(['hang', 'stalled-body', '500-twice', '429-retry-after-1'])(
    'keeps its one deadline with %s',
    async (mode) => {
      const startedAt = performance.now();
      const result = await ask(mode, { timeoutMs: 300, maxRetries: 2 });
      expect(result).toMatchObject({ kind: 'timeout', reason: expect.stringContaining('300 ms') });
      expect(performance.now() - startedAt).toBeLessThan(2500);
    },
  );

  it('waits as long as the service asks for and tries again', async () => {
    const result = await ask('429-retry-after-1', { maxRetries: 2 });
    expect(result).toMatchObject({ kind: 'answer', usage: { attempts: 2 } });
  });

  it('tries again after errors of the service', async () => {
    expect(await ask('500-twice', { maxRetries: 2 })).toMatchObject({ kind: 'answer', usage: { attempts: 3 } });
  }, 15_000);

  it.each<GroqMode>(['401', 'huge'])('does not try %s again', async (mode) => {
    await ask(mode, { maxRetries: 2 });
    expect(groq.requests).toHaveLength(1);
  });

  it('stops when the run is cancelled', async () => {
    const run = new AbortController();
    const answer = ask('hang', {}, run.signal);
    const poll = setInterval(() => groq.requests.length > 0 && run.abort(), 5);
    const result = await answer;
    clearInterval(poll);
    expect(result.kind).toBe('cancelled');
  });

  it('says so when nobody listens', async () => {
    const { baseUrl } = await fakeGroq('ok').then(async (gone) => {
      const url = gone.baseUrl;
      await gone.stop();
      return { baseUrl: url };
    });
    expect(await ask('ok', { baseUrl })).toMatchObject({
      kind: 'network',
      reason: expect.stringMatching(/GROQ_BASE_URL/),
    });
  });

  it('reads the arguments of the tool call that other models answer with', async () => {
    const result = await ask('ok', { model: 'llama-3.3-70b-versatile' });
    expect(result.kind).toBe('answer');
    expect(groq.requests[0]?.body.reasoning_effort).toBeUndefined();
  });
});
