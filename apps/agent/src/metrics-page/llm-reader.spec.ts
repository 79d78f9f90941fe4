import { describe, expect, it } from '@jest/globals';
import type { Settings } from '@app/config';
import { Circuit, LlmActivity } from '@app/llm';
import { InMemoryTokenLedger } from '@app/testing/llm';
import { SetClock } from '@app/testing/workflow';
import { LlmReader } from './llm-reader.js';

describe('LlmReader', () => {
  it('counts the tokens of the current UTC day, and tells of the circuit and what was done', async () => {
    const clock = new SetClock(Date.parse('2026-03-04T23:59:59.000Z'));
    const ledger = new InMemoryTokenLedger();
    const activity = new LlmActivity();
    const settings = { llm: { dailyTokenBudget: 500 } } as Settings;
    await ledger.add('2026-03-04', 40);
    await ledger.add('2026-03-05', 2);
    activity.cacheLookup(true);
    expect(await new LlmReader(ledger, activity, new Circuit(clock), settings, clock).llm()).toEqual({
      tokensUsedToday: 40,
      dailyTokenBudget: 500,
      circuit: 'closed',
      totals: {
        outcomes: {},
        attempts: 0,
        promptTokens: 0,
        completionTokens: 0,
        costUsd: 0,
        cacheHits: 1,
        cacheMisses: 0,
      },
    });
  });
});
