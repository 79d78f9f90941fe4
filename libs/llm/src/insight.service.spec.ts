import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { loadSettings, Settings } from '@app/config';
import type { InsightRequest } from '@app/core';
import {
  aConfirmedFinding,
  anInsightAnalysis,
  anInsightRequest,
  fakeGroq,
  type GroqFake,
  groundedDraft,
  InMemoryTokenLedger,
  type InsightParts,
  insightParts,
} from '@app/testing/llm';
import { SetClock } from '@app/testing/workflow';
import { insightsPrompt } from './prompts/insights.prompt.js';
import { TokenLedger } from './token-ledger.js';

const DAY = '2026-03-01';

class BrokenLedger extends TokenLedger {
  async usedToday(): Promise<number> {
    throw new Error('disk full');
  }

  async add(): Promise<void> {
    throw new Error('disk full');
  }
}

class ReadOnlyLedger extends BrokenLedger {
  override async usedToday(): Promise<number> {
    return 0;
  }
}

let groq: GroqFake;
let clock: SetClock;
let ledger: TokenLedger;

beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(['error', 'warn', 'log']));
beforeEach(async () => {
  groq = await fakeGroq('ok');
  clock = new SetClock(Date.parse(`${DAY}T23:59:00.000Z`));
  ledger = new InMemoryTokenLedger();
});
afterEach(async () => {
  await groq.stop();
});

function build(llm: Partial<Settings['llm']> = {}): InsightParts {
  const base = loadSettings({ GROQ_API_KEY: 'gsk_test', GROQ_BASE_URL: groq.baseUrl });
  const settings = new Settings({ ...base, llm: { ...base.llm, maxRetries: 0, timeoutMs: 3000, ...llm } });
  return insightParts(settings, clock, { ledger });
}

const WANTED = { modelWanted: true };

describe('InsightService', () => {
  it('uses a verified answer of the model and counts its tokens', async () => {
    const { service, health } = build();
    const { insights, degraded } = await service.write(anInsightRequest(), WANTED);
    expect(degraded).toBe(false);
    expect(insights).toMatchObject({
      source: 'llm',
      provider: 'groq',
      model: 'openai/gpt-oss-20b',
      promptVersion: insightsPrompt(anInsightRequest()).version,
      degradedReason: null,
      usage: { attempts: 1 },
    });
    expect(insights.recommendations).toHaveLength(1);
    expect(await ledger.usedToday(DAY)).toBe(1000);
    expect(health.status()).toMatchObject({ status: 'up', checkedAt: `${DAY}T23:59:00.000Z` });
  });

  it.each<readonly [string, Partial<InsightRequest>, Partial<Settings['llm']>, boolean]>([
    ['it is not wanted', {}, {}, false],
    ['there is no key', {}, { apiKey: null }, true],
    ['it is switched off', {}, { enabled: false }, true],
    ['the run only observes', { mode: 'observe' }, {}, true],
    ['nothing was found', { analysis: anInsightAnalysis([]) }, {}, true],
    ['nothing is confirmed', { analysis: anInsightAnalysis([aConfirmedFinding({ state: 'suspected' })]) }, {}, true],
  ])('asks no model when %s, and is not degraded', async (_, request, llm, modelWanted) => {
    const { insights, degraded } = await build(llm).service.write(anInsightRequest(request), { modelWanted });
    expect({ degraded, source: insights.source, reason: insights.degradedReason }).toEqual({
      degraded: false,
      source: 'rules',
      reason: null,
    });
    expect(groq.requests).toEqual([]);
  });

  it('falls back to the rules and says why', async () => {
    groq.mode = '401';
    const { service, health } = build();
    const { insights, degraded } = await service.write(anInsightRequest(), WANTED);
    expect(degraded).toBe(true);
    expect(insights).toMatchObject({
      source: 'rules',
      degradedReason: 'Groq rejected the key (401); check GROQ_API_KEY.',
      usage: { attempts: 1 },
    });
    expect(insights.recommendations).toHaveLength(1);
    expect(health.status()).toMatchObject({
      status: 'degraded',
      detail: expect.stringContaining(insights.degradedReason ?? '-'),
    });
  });

  it('lets the rules stand when too little of an answer holds, and shows what was removed', async () => {
    const draft = groundedDraft(insightsPrompt(anInsightRequest()).messages[1]?.content ?? '');
    groq.draft = draft && { ...draft, summary: 'It wastes 38 % of the energy.' };
    const { insights, degraded } = await build().service.write(anInsightRequest(), WANTED);
    expect(degraded).toBe(true);
    expect(insights.source).toBe('rules');
    expect(insights.summary).toContain('450 W');
    expect(insights.grounding.removed).toContainEqual(
      expect.objectContaining({ text: 'It wastes 38 % of the energy.' }),
    );
    expect(insights.usage.promptTokens).toBe(900);
  });

  it('counts the tokens of an unusable answer too', async () => {
    groq.mode = 'prose';
    await build().service.write(anInsightRequest(), WANTED);
    // Asked, and asked once more for an answer that can be read.
    expect(await ledger.usedToday(DAY)).toBe(2000);
  });

  it('asks no more once the budget of the day is used up', async () => {
    const { service } = build({ dailyTokenBudget: 1000 });
    await service.write(anInsightRequest(), WANTED);
    const { insights, degraded } = await service.write(anInsightRequest({ target: 'other' }), WANTED);
    expect(degraded).toBe(true);
    expect(insights.degradedReason).toContain('LLM_DAILY_TOKEN_BUDGET');
    expect(groq.requests).toHaveLength(1);
  });

  it('asks nothing while the budget can not be read', async () => {
    ledger = new BrokenLedger();
    const { insights, degraded } = await build().service.write(anInsightRequest(), WANTED);
    expect(degraded).toBe(true);
    expect(insights.degradedReason).toContain('check the store');
    expect(groq.requests).toEqual([]);
  });

  it('keeps an answer whose tokens could not be noted', async () => {
    ledger = new ReadOnlyLedger();
    const { insights } = await build().service.write(anInsightRequest(), WANTED);
    expect(insights.source).toBe('llm');
  });

  it('does not blame the service for a cancelled run', async () => {
    groq.mode = 'hang';
    const { service, health } = build();
    const { insights } = await service.write(anInsightRequest({ signal: AbortSignal.abort() }), WANTED);
    expect(insights.degradedReason).toContain('cancelled');
    expect(health.status().detail).toBe('configured, not used yet');
  });
});

describe('LlmHealth', () => {
  it('does not claim that an unused service works', () => {
    expect(build().health.status()).toEqual({
      status: 'degraded',
      detail: 'configured, not used yet',
      checkedAt: null,
    });
  });

  it('is absent without a key and when switched off', () => {
    expect(build({ apiKey: null }).health.status().status).toBe('absent');
    expect(build({ enabled: false }).health.status().status).toBe('absent');
  });
});
