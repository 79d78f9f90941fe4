import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { loadSettings, Settings } from '@app/config';
import {
  anInsightRequest,
  fakeGroq,
  type GroqFake,
  InMemoryExchangeStore,
  InMemoryInsightCache,
  type InsightParts,
  insightParts,
} from '@app/testing/llm';
import { SetClock } from '@app/testing/workflow';
import { NO_USAGE } from '../rules/rule-based.writer.js';
import { exchangeView } from './exchange-view.js';

const NOW = '2026-03-01T23:59:00.000Z';
const WANTED = { modelWanted: true };

class BrokenExchangeStore extends InMemoryExchangeStore {
  override async put(): Promise<void> {
    throw new Error('disk full');
  }
}

let groq: GroqFake;
let clock: SetClock;
let cache: InMemoryInsightCache;
let exchangeStore: InMemoryExchangeStore;

beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(['error', 'warn', 'log']));
beforeEach(async () => {
  groq = await fakeGroq('ok');
  clock = new SetClock(Date.parse(NOW));
  cache = new InMemoryInsightCache();
  exchangeStore = new InMemoryExchangeStore();
});
afterEach(() => groq.stop());

function build(llm: Partial<Settings['llm']> = {}): InsightParts {
  const base = loadSettings({ GROQ_API_KEY: 'gsk_test', GROQ_BASE_URL: groq.baseUrl });
  const settings = new Settings({ ...base, llm: { ...base.llm, maxRetries: 0, timeoutMs: 3000, ...llm } });
  return insightParts(settings, clock, { cache, exchanges: exchangeStore });
}

describe('the record of what was sent', () => {
  it('has the messages and the raw answer, and for a cached answer those of the run that asked', async () => {
    const { service, exchanges } = build();
    await service.write(anInsightRequest({ runId: 'run-1' }), WANTED);
    await service.write(anInsightRequest({ runId: 'run-2' }), WANTED);
    const [asked, cached] = [await exchanges.read('run-1'), await exchanges.read('run-2')];
    expect(asked).toMatchObject({ outcome: 'answered', reason: null, cachedFrom: null });
    expect(asked?.calls[0]?.request?.messages).toEqual(groq.requests[0]?.body.messages);
    expect(cached).toMatchObject({ outcome: 'cached', cachedFrom: { runId: 'run-1', at: NOW } });
    expect(cached?.calls).toEqual(asked?.calls);
  });

  it('says that an answer was cached also when the run that asked is gone', async () => {
    const { service, exchanges } = build();
    await service.write(anInsightRequest({ runId: 'run-1' }), WANTED);
    await service.write(anInsightRequest({ runId: 'run-2' }), WANTED);
    exchangeStore.kept.delete('run-1');
    expect(await exchanges.read('run-2')).toMatchObject({ outcome: 'cached', calls: [] });
  });

  it('keeps how a run came by its answer when the run is taken up again', async () => {
    const { service, exchanges } = build();
    await service.write(anInsightRequest({ runId: 'run-1' }), WANTED);
    await service.write(anInsightRequest({ runId: 'run-1' }), WANTED);
    expect(await exchanges.read('run-1')).toMatchObject({ outcome: 'answered', calls: [{ purpose: 'first' }] });
  });

  it('has failed attempts too, and says what came of them', async () => {
    groq.mode = '500';
    const { service, exchanges } = build();
    await service.write(anInsightRequest(), WANTED);
    const exchange = await exchanges.read('run-1');
    expect(exchange && exchangeView('run-1', exchange)).toMatchObject({
      outcome: 'server',
      reason: expect.stringContaining('500'),
      answer: expect.stringContaining('Internal error'),
      calls: [{ attempts: [{ status: 500, failure: 'server', content: null, usage: null }] }],
    });
  });

  it('is nothing for a run that sent nothing', async () => {
    const { service, exchanges } = build({ dailyTokenBudget: 0 });
    await service.write(anInsightRequest(), WANTED);
    expect(await exchanges.read('run-1')).toBeNull();
  });

  it('that can not be kept takes no answer away', async () => {
    exchangeStore = new BrokenExchangeStore();
    expect((await build().service.write(anInsightRequest(), WANTED)).insights.source).toBe('llm');
  });

  it('keeps a bounded part of many large answers, the last one whole', async () => {
    const { exchanges } = build();
    const attempt = { startedAt: '', durationMs: 1, status: 200, failure: null, isCut: false };
    const attempts = Array.from({ length: 9 }, () => ({ ...attempt, body: 'x'.repeat(256 * 1024) }));
    const calls = [{ purpose: 'first' as const, request: { messages: [], parameters: {} }, attempts }];
    const exchange = { provider: 'groq', model: 'm', promptVersion: '1', outcome: 'server' as const, reason: 'r' };
    await exchanges.record('run-1', { ...exchange, cachedFrom: null, calls }, NO_USAGE);
    const kept = (await exchanges.read('run-1'))?.calls[0]?.attempts ?? [];
    expect(kept.map(({ body }) => body?.length)).toEqual([0, 0, 0, 0, 0, ...Array.from({ length: 4 }, () => 262144)]);
    expect(kept[0]).toMatchObject({ isCut: true });
  });
});
