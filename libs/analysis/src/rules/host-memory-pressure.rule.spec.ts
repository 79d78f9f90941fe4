import { describe, expect, it } from '@jest/globals';
import type { System } from '@app/core';
import { type Patch, aFrameSystem, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(patch: Patch<System>, count = 3, stepSeconds = 60) {
  const window = aWindow(count, stepSeconds, () => ({ system: aFrameSystem(patch) }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'host-memory-pressure');
}
const GIB = 1024 ** 3;
function available(share: number): Patch<System> {
  return { memory: { totalBytes: 100 * GIB, availableBytes: share * 100 * GIB } };
}

describe('host-memory-pressure', () => {
  it('confirms less than a tenth available for two minutes', () => {
    const { finding } = outcome(available(0.06));
    expect(finding).toMatchObject({ severity: 'high', state: 'confirmed', subject: { kind: 'host', id: 'local' } });
    expect(finding?.summary).toBe('Only 6 % of host memory is available (6 GiB of 100 GiB).');
  });

  it('says nothing at exactly a tenth', () => {
    expect(outcome(available(0.1)).finding).toBeUndefined();
  });

  it('only suspects before two minutes', () => {
    expect(outcome(available(0.06), 7, 15).finding?.state).toBe('suspected');
    expect(outcome(available(0.06), 9, 15).finding?.state).toBe('confirmed');
  });

  it.each([
    [4.9, undefined],
    [5, 'medium'],
    [10, 'high'],
  ])('takes stalls of %d %% of the time for %s', (memoryFullAvg60, severity) => {
    expect(outcome({ pressure: { memoryFullAvg60 } }).finding?.severity).toBe(severity);
  });

  it('takes the short average where there is no long one', () => {
    const { finding } = outcome({ pressure: { memoryFullAvg60: null, memoryFullAvg10: 12 } });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ signal: 'system.pressure.memoryFullAvg10' }));
  });

  it('takes the short average in every sample for the long one that lags behind', () => {
    const { finding } = outcome({ pressure: { memoryFullAvg60: 2, memoryFullAvg10: 6 } });
    expect(finding).toMatchObject({ state: 'confirmed', severity: 'medium' });
  });

  it.each([
    [95, 0, 'high'],
    [98, 0, 'critical'],
    [95, 20, undefined],
  ])('judges a group that uses %d of 100 with %d of page cache as %s', (current, inactive, severity) => {
    const cgroup = { memoryLimitBytes: 100, memoryCurrentBytes: current, memoryInactiveFileBytes: inactive };
    expect(outcome({ cgroup }).finding?.severity).toBe(severity);
  });

  it('is not evaluated without available memory', () => {
    expect(outcome({ memory: { availableBytes: null } }).notEvaluated).toContain('system.memory.availableBytes');
  });
});
