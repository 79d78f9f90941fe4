import { describe, expect, it } from '@jest/globals';
import { aRunAnalysis, InMemoryRunStore } from '@app/testing/workflow';
import type { StoreUsage } from '@app/persistence';
import type { TargetService } from '../targets/target.service.js';
import { StateReader } from './state-reader.js';

const USAGE = { bytes: 1, boundBytes: 2, rows: { runs: 0, historyFrames: 0 }, lastSweep: null };

function aReader(collectedAt: string | null): { reader: StateReader; asked: string[] } {
  const asked: string[] = [];
  const targets: Pick<TargetService, 'list' | 'analysis'> = {
    list: () => [{ id: 'local', hostname: null, simulated: true, collectedAt, sections: null }],
    analysis: async (id) => {
      asked.push(id);
      return aRunAnalysis();
    },
  };
  const usage: Pick<StoreUsage, 'view'> = { view: () => USAGE };
  const reader = new StateReader(new InMemoryRunStore(), targets as TargetService, usage as StoreUsage);
  return { reader, asked };
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
});
