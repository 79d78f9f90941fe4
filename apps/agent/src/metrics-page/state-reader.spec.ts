import { describe, expect, it } from '@jest/globals';
import type { Settings } from '@app/config';
import { InMemoryTokenLedger } from '@app/testing/llm';
import { aRunAnalysis, InMemoryRunStore, SetClock } from '@app/testing/workflow';
import type { StoreUsage } from '@app/persistence';
import type { TargetService } from '../targets/target.service.js';
import { StateReader } from './state-reader.js';

const USAGE = { bytes: 1, boundBytes: 2, rows: { runs: 0, historyFrames: 0 }, lastSweep: null };

function aReader(collectedAt: string | null): { reader: StateReader; asked: string[]; ledger: InMemoryTokenLedger } {
  const asked: string[] = [];
  const targets: Pick<TargetService, 'list' | 'analysis'> = {
    list: () => [{ id: 'local', hostname: null, simulated: true, collectedAt, sections: null }],
    analysis: async (id) => {
      asked.push(id);
      return aRunAnalysis();
    },
  };
  const usage: Pick<StoreUsage, 'view'> = { view: () => USAGE };
  const settings = { llm: { dailyTokenBudget: 500 } } as Settings;
  const ledger = new InMemoryTokenLedger();
  const reader = new StateReader(
    new InMemoryRunStore(),
    targets as TargetService,
    usage as StoreUsage,
    ledger,
    settings,
    new SetClock(Date.parse('2026-03-04T23:59:59.000Z')),
  );
  return { reader, asked, ledger };
}

describe('StateReader', () => {
  it('asks nothing of a target that was not sampled yet, since asking would sample it', async () => {
    const { reader, asked } = aReader(null);
    expect(await reader.findings()).toEqual([]);
    expect(asked).toEqual([]);
    expect(await reader.targets()).toEqual([{ id: 'local', isSimulated: null }]);
  });

  it('gives the analysis of a sampled target', async () => {
    const { reader, asked } = aReader('2026-03-04T23:59:50.000Z');
    expect(await reader.findings()).toEqual([{ target: 'local', analysis: aRunAnalysis() }]);
    expect(asked).toEqual(['local']);
    expect(await reader.targets()).toEqual([{ id: 'local', isSimulated: true }]);
  });

  it('counts the tokens of the current UTC day', async () => {
    const { reader, ledger } = aReader(null);
    await ledger.add('2026-03-04', 40);
    await ledger.add('2026-03-05', 2);
    expect(await reader.llm()).toEqual({ tokensUsedToday: 40, dailyTokenBudget: 500 });
  });
});
