import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { loadSettings, Settings } from '@app/config';
import {
  anInsightRequest,
  completion,
  fakeGroq,
  type GroqFake,
  type GroqMode,
  InMemoryTokenLedger,
  type InsightParts,
  insightParts,
} from '@app/testing/llm';
import { SetClock } from '@app/testing/workflow';
import { insightsPrompt } from '../prompts/insights.prompt.js';
import { MOST_CALLS_AT_ONCE } from './call-slots.js';
import { FAILURES_TO_OPEN } from './circuit.js';
import { Deadline } from './deadline.js';
import type { GroqResult } from './groq-result.js';

const PROMPT = insightsPrompt(anInsightRequest());
const DAY = '2026-03-01';

let groq: GroqFake;
let clock: SetClock;
let ledger: InMemoryTokenLedger;
let parts: InsightParts;

beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(['error', 'warn', 'log']));
beforeEach(async () => {
  groq = await fakeGroq('ok');
  clock = new SetClock(Date.parse(`${DAY}T12:00:00.000Z`));
  ledger = new InMemoryTokenLedger();
  parts = build();
});
afterEach(() => groq.stop());

function build(llm: Partial<Settings['llm']> = {}): InsightParts {
  const base = loadSettings({ GROQ_API_KEY: 'gsk_test', GROQ_BASE_URL: groq.baseUrl });
  const settings = new Settings({ ...base, llm: { ...base.llm, maxRetries: 0, ...llm } });
  return insightParts(settings, clock, { ledger });
}

function ask(mode: GroqMode, timeoutMs: number = 5000, signal?: AbortSignal): Promise<GroqResult> {
  groq.mode = mode;
  return parts.caller.ask(PROMPT, new Deadline(timeoutMs, signal));
}

describe('the repair', () => {
  it.each<readonly [GroqMode, RegExp]>([
    ['prose-once', /not a JSON object/],
    ['wrong-schema-once', /summary: invalid_type/],
    ['truncated-once', /half the words/],
  ])('of %s gets the answer, and both calls are counted and kept', async (mode, wish) => {
    const result = await ask(mode);
    expect(result).toMatchObject({ kind: 'answer', usage: { attempts: 2, promptTokens: 1800, completionTokens: 200 } });
    expect(result.calls.map(({ purpose }) => purpose)).toEqual(['first', 'repair']);
    const [first, second] = groq.requests.map(({ body }) => body.messages?.at(-1)?.content ?? '');
    expect(second?.startsWith(first ?? '-')).toBe(true);
    expect(second).toMatch(wish);
    expect(await ledger.usedToday(DAY)).toBe(2000);
    expect(parts.health.status().status).toBe('up');
  });

  it.each<readonly [GroqMode, number]>([
    ['prose', 2],
    ['empty', 2],
    ['truncated', 2],
    ['json-validate-failed', 2],
    ['refusal', 1],
    ['huge', 1],
    ['401', 1],
    ['404', 1],
    ['500', 1],
  ])('is tried once: %s makes %i requests', async (mode, requests) => {
    const result = await ask(mode);
    expect(groq.requests).toHaveLength(requests);
    expect(result.usage.attempts).toBe(requests);
  });

  it('ends at the deadline of the question, and says what was wrong both times', async () => {
    groq.queue.push(completion('No idea.'));
    const startedAt = performance.now();
    expect(await ask('hang', 600)).toMatchObject({
      kind: 'unparsable',
      reason: expect.stringMatching(/format\. Asked once more: .*600 ms/),
      usage: { attempts: 2 },
    });
    expect(Math.abs(performance.now() - startedAt - 600)).toBeLessThan(200);
  });
});

describe('the circuit around the calls', () => {
  it('makes no call after a rejected key, says until when, and tries again then', async () => {
    expect((await ask('401')).kind).toBe('auth');
    expect(await ask('ok')).toMatchObject({
      kind: 'circuit-open',
      reason: `Groq rejected the key (401); check GROQ_API_KEY. The model is asked again after ${DAY}T12:01:00.000Z.`,
      usage: { attempts: 0, costUsd: 0 },
      calls: [],
    });
    expect(groq.requests).toHaveLength(1);
    expect(parts.health.status()).toMatchObject({
      status: 'degraded',
      detail: expect.stringContaining(`The circuit is open: the model is asked again after ${DAY}T12:01:00.000Z.`),
    });
    clock.advance(60_000);
    expect((await ask('ok')).kind).toBe('answer');
    expect(parts.circuit.view().state).toBe('closed');
    expect(parts.health.status()).toMatchObject({ status: 'up', detail: 'openai/gpt-oss-20b' });
  });

  it.each<GroqMode>(['reset', '500', 'hang'])('opens after %s several times', async (mode) => {
    for (let time = 0; time < FAILURES_TO_OPEN; time += 1) await ask(mode, 150);
    expect(parts.circuit.view().state).toBe('open');
    expect((await ask('ok')).kind).toBe('circuit-open');
    expect(groq.requests).toHaveLength(FAILURES_TO_OPEN);
  });

  it.each<GroqMode>(['prose', 'truncated', 'empty', 'refusal', 'huge', '429', '404', 'wrong-schema'])(
    'stays closed with %s',
    async (mode) => {
      for (let time = 0; time < FAILURES_TO_OPEN + 1; time += 1) await ask(mode);
      expect(parts.circuit.view().state).toBe('closed');
    },
  );

  it('is not moved by runs that are cancelled or never got their turn', async () => {
    for (let time = 0; time < FAILURES_TO_OPEN + 1; time += 1) {
      expect((await ask('hang', 5000, AbortSignal.timeout(20))).kind).toBe('cancelled');
    }
    expect(parts.circuit.view().state).toBe('closed');
    expect(parts.health.status().detail).toBe('configured, not used yet');
  });
});

describe('many questions at once', () => {
  it('are asked a few at a time, and those that wait keep their own deadline', async () => {
    const startedAt = performance.now();
    const results = await Promise.all(Array.from({ length: 6 }, () => ask('hang', 300)));
    expect(groq.requests).toHaveLength(MOST_CALLS_AT_ONCE);
    expect(results.map(({ kind }) => kind)).toEqual(Array.from({ length: 6 }, () => 'timeout'));
    expect(performance.now() - startedAt).toBeLessThan(600);
  });

  it('all get their answer', async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => ask('ok')));
    expect(results.filter(({ kind }) => kind === 'answer')).toHaveLength(6);
    expect(await ledger.usedToday(DAY)).toBe(6000);
  });

  it('do not overspend the budget by more than one call', async () => {
    parts = build({ dailyTokenBudget: 1500 });
    const results = await Promise.all(Array.from({ length: 6 }, () => ask('ok')));
    expect(results.map(({ kind }) => kind).sort()).toContain('over-budget');
    expect(await ledger.usedToday(DAY)).toBeLessThanOrEqual(2000);
  });
});
