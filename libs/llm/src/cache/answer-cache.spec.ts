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
  InMemoryInsightCache,
  InMemoryTokenLedger,
  type InsightParts,
  insightParts,
} from '@app/testing/llm';
import { SetClock } from '@app/testing/workflow';
import type { InsightService, WrittenInsights } from '../insight.service.js';

const DAY = '2026-03-01';

class BrokenCache extends InMemoryInsightCache {
  override async get(): Promise<string | null> {
    throw new Error('disk full');
  }

  override async put(): Promise<void> {
    throw new Error('disk full');
  }
}

let groq: GroqFake;
let clock: SetClock;
let ledger: InMemoryTokenLedger;
let cache: InMemoryInsightCache;

beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(['error', 'warn', 'log']));
beforeEach(async () => {
  groq = await fakeGroq('ok');
  clock = new SetClock(Date.parse(`${DAY}T12:00:00.000Z`));
  ledger = new InMemoryTokenLedger();
  cache = new InMemoryInsightCache();
});
afterEach(() => groq.stop());

function build(llm: Partial<Settings['llm']> = {}): InsightParts {
  const base = loadSettings({ GROQ_API_KEY: 'gsk_test', GROQ_BASE_URL: groq.baseUrl });
  const settings = new Settings({ ...base, llm: { ...base.llm, maxRetries: 0, timeoutMs: 3000, ...llm } });
  return insightParts(settings, clock, { ledger, cache });
}

/** The power limit of the default finding, and the sentence that tells of it. */
function aRequestWithLimit(watts: number, patch: Partial<InsightRequest> = {}): InsightRequest {
  const finding = aConfirmedFinding();
  const evidence = finding.evidence.map((one, index) => (index === 0 ? { ...one, value: watts } : one));
  const summary = finding.summary.replace('450', String(watts));
  return anInsightRequest({ analysis: anInsightAnalysis([{ ...finding, evidence, summary }]), ...patch });
}

describe('the cache of answers', () => {
  const write = (service: InsightService, request: InsightRequest): Promise<WrittenInsights> =>
    service.write(request, { modelWanted: true });

  it('answers an unchanged situation without a call, and says so', async () => {
    const { service, activity } = build();
    const { insights: asked } = await write(service, anInsightRequest({ runId: 'run-1' }));
    const { insights, degraded } = await write(service, anInsightRequest({ runId: 'run-2' }));
    expect(groq.requests).toHaveLength(1);
    expect(degraded).toBe(false);
    expect(insights).toMatchObject({
      source: 'llm',
      summary: asked.summary,
      recommendations: asked.recommendations,
      degradedReason: null,
      usage: { promptTokens: 0, completionTokens: 0, costUsd: 0, cached: true, attempts: 0 },
    });
    expect(await ledger.usedToday(DAY)).toBe(1000);
    expect(activity.totals()).toMatchObject({ cacheHits: 1, cacheMisses: 1, outcomes: { answered: 1, cached: 1 } });
  });

  it('outlives the service', async () => {
    await write(build().service, anInsightRequest());
    expect((await write(build().service, anInsightRequest())).insights.usage.cached).toBe(true);
  });

  it('forgets after 24 hours', async () => {
    const { service } = build();
    await write(service, anInsightRequest());
    clock.advance(24 * 3_600_000 - 1);
    expect((await write(service, anInsightRequest())).insights.usage.cached).toBe(true);
    clock.advance(1);
    expect((await write(service, anInsightRequest())).insights.usage.cached).toBe(false);
  });

  it('lets no number of then pass for one of now', async () => {
    const { service } = build();
    await write(service, aRequestWithLimit(450));
    const { insights } = await write(service, aRequestWithLimit(460));
    expect(JSON.stringify(insights)).not.toContain('450');
  });

  it.each<readonly [string, InsightRequest]>([
    ['the reading has left its bucket', aRequestWithLimit(300)],
    ['the objective is another', anInsightRequest({ objective: 'energy' })],
    ['the target is another', anInsightRequest({ target: 'other' })],
    ['it is graver', anInsightRequest({ analysis: anInsightAnalysis([aConfirmedFinding({ severity: 'high' })]) })],
    [
      'there is one more finding',
      anInsightRequest({ analysis: anInsightAnalysis([aConfirmedFinding(), aConfirmedFinding({ id: 'second' })]) }),
    ],
    ['the action is not to be had', anInsightRequest({ candidateActions: [] })],
  ])('asks anew when %s', async (_, request) => {
    const { service } = build();
    await write(service, anInsightRequest());
    await write(service, request);
    expect(groq.requests).toHaveLength(2);
  });

  it('does not take a suspected finding or the time for a change', async () => {
    const { service } = build();
    await write(service, anInsightRequest());
    const suspected = aConfirmedFinding({ id: 'perhaps', state: 'suspected' });
    const later = anInsightAnalysis([aConfirmedFinding(), suspected], { analyzedAt: '2026-03-02T00:00:00.000Z' });
    expect((await write(service, anInsightRequest({ analysis: later }))).insights.usage.cached).toBe(true);
  });

  it('keeps only what was used', async () => {
    const { service } = build();
    groq.mode = 'prose';
    await write(service, anInsightRequest());
    groq.mode = 'ok';
    groq.draft = { summary: 'It wastes 38 % of the energy.', rootCauses: [], recommendations: [] };
    await write(service, anInsightRequest());
    expect(cache.kept.size).toBe(0);
  });

  it('asks another model and another server anew', async () => {
    await write(build().service, anInsightRequest());
    await write(build({ model: 'openai/gpt-oss-120b' }).service, anInsightRequest());
    expect(groq.requests).toHaveLength(2);
  });

  it('is asked once by many at the same time', async () => {
    const { service } = build();
    const written = await Promise.all(
      Array.from({ length: 8 }, (_, index) => write(service, anInsightRequest({ runId: `run-${index}` }))),
    );
    expect(groq.requests).toHaveLength(1);
    expect(written.filter(({ insights }) => insights.usage.cached)).toHaveLength(7);
    expect(written.every(({ insights }) => insights.source === 'llm')).toBe(true);
  });

  it.each(['not json', '{}', '{"draft":{},"analysis":{}}'])('takes a damaged entry (%s) for none', async (entry) => {
    const { service } = build();
    await write(service, anInsightRequest());
    for (const [key, kept] of cache.kept) cache.kept.set(key, { ...kept, entry });
    expect((await write(service, anInsightRequest())).insights).toMatchObject({
      source: 'llm',
      usage: { cached: false },
    });
  });

  it('that is broken takes nothing away', async () => {
    cache = new BrokenCache();
    expect((await write(build().service, anInsightRequest())).insights.source).toBe('llm');
  });
});
