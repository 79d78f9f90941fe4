import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { loadSettings, Settings } from '@app/config';
import { InMemoryTokenLedger } from '@app/testing/llm';
import { SetClock } from '@app/testing/workflow';
import { TokenBudget } from './token-budget.js';

const clock = new SetClock(Date.parse('2026-03-01T23:59:59.000Z'));
let ledger: InMemoryTokenLedger;
beforeEach(() => {
  Logger.overrideLogger(false);
  ledger = new InMemoryTokenLedger();
});

function budgetOf(dailyTokenBudget: number): TokenBudget {
  const base = loadSettings({});
  return new TokenBudget(new Settings({ ...base, llm: { ...base.llm, dailyTokenBudget } }), clock, ledger);
}

describe('the daily budget', () => {
  it('lets a call begin while something is left, and books what was used', async () => {
    const budget = budgetOf(1000);
    const first = await budget.reserve(700);
    if (typeof first === 'string') throw new Error(first);
    await first.settle(650);
    expect(await ledger.usedToday('2026-03-01')).toBe(650);
    expect(typeof (await budget.reserve(700))).toBe('object');
  });

  it('counts what calls under way have set aside, so that parallel runs go over by one call at most', async () => {
    const budget = budgetOf(1000);
    const reserved = await Promise.all(Array.from({ length: 20 }, () => budget.reserve(600)));
    expect(reserved.filter((one) => typeof one === 'object')).toHaveLength(2);
    expect(reserved[2]).toContain('set aside for calls under way');
  });

  it('frees what a call did not use, once', async () => {
    const budget = budgetOf(1000);
    const first = await budget.reserve(5000);
    if (typeof first === 'string') throw new Error(first);
    await first.settle(0);
    await first.settle(400);
    expect(await ledger.usedToday('2026-03-01')).toBe(0);
    expect(typeof (await budget.reserve(600))).toBe('object');
    expect(typeof (await budget.reserve(600))).toBe('object');
    expect(typeof (await budget.reserve(600))).toBe('string');
  });

  it('says when it begins anew', async () => {
    await ledger.add('2026-03-01', 1000);
    expect(await budgetOf(1000).reserve(1)).toContain('midnight UTC');
    await ledger.add('2026-02-28', 1_000_000);
    expect(typeof (await budgetOf(1001).reserve(1))).toBe('object');
  });

  it('of nothing lets nothing through', async () => {
    expect(typeof (await budgetOf(0).reserve(1))).toBe('string');
  });
});
