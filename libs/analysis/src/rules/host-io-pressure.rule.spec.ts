import { describe, expect, it } from '@jest/globals';
import type { Engine, System } from '@app/core';
import {
  type Patch,
  aFrameCache,
  aFrameEngine,
  aFrameSystem,
  aWindow,
  anAnalysisContext,
  frameTime,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

interface Disks {
  readonly wait?: number | null;
  readonly iowait?: number | null;
  readonly pressure?: Patch<System['pressure']>;
  readonly engine?: Patch<Engine>;
  readonly hasCache?: boolean;
}

function outcome({ wait = 0.25, iowait = 0.02, pressure, engine, hasCache }: Disks, count = 3) {
  const diskIo = [
    { device: 'sda', readBytesPerSecond: 10, writeBytesPerSecond: 10, averageWaitSeconds: 0.001, busyRatio: 1 },
    { device: 'nvme0n1', readBytesPerSecond: 10, writeBytesPerSecond: 10, averageWaitSeconds: wait, busyRatio: 1 },
  ];
  const window = aWindow(count, 60, () => ({
    system: aFrameSystem({
      diskIo: wait === null ? [] : diskIo,
      cpu: { iowaitRatio: iowait },
      pressure: { ioSomeAvg60: 30, ioSomeAvg10: 20, ioFullAvg60: 5, ...pressure },
    }),
    engines: [aFrameEngine(engine)],
    caches: hasCache ? [aFrameCache()] : [],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'host-io-pressure');
}

describe('host-io-pressure', () => {
  it('confirms tasks that wait for a slow disk', () => {
    const { finding } = outcome({});
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toBe(
      'Some tasks waited for the disks for 30 % of the time, and nvme0n1 takes 0.25 s for a request.',
    );
    expect(finding?.candidateActions).toEqual([{ type: 'host-tune', parameters: {} }]);
  });

  it.each<[string, Disks, boolean]>([
    ['exactly the bound of some', { pressure: { ioSomeAvg60: 20 } }, true],
    ['less than both bounds', { pressure: { ioSomeAvg60: 19.9, ioSomeAvg10: 3, ioFullAvg60: 9.9 } }, false],
    ['exactly the bound of all', { pressure: { ioSomeAvg60: 12, ioSomeAvg10: 12, ioFullAvg60: 10 } }, true],
    ['the short average in every sample', { pressure: { ioSomeAvg60: 12, ioSomeAvg10: 40 } }, true],
    ['disks that answer in time', { wait: 0.1 }, false],
    ['CPU time lost to waiting', { wait: 0.05, iowait: 0.11 }, true],
    ['little CPU time lost', { wait: 0.05, iowait: 0.1 }, false],
    ['no request at all', { wait: null }, false],
  ])('finds it with %s: %#', (_, disks, isFound) => {
    expect(outcome(disks).finding !== undefined).toBe(isFound);
  });

  it('lets an engine load its model for ten minutes', () => {
    const loading: Disks = { engine: { startedAt: frameTime(-60) } };
    expect(outcome(loading).finding).toMatchObject({ state: 'suspected', severity: 'high' });
    expect(outcome({ engine: { startedAt: frameTime(-601) } }).finding).toMatchObject({
      state: 'confirmed',
      severity: 'medium',
    });
  });

  it('proposes to bypass the disk tier of a cache inside an engine', () => {
    expect(outcome({ hasCache: true }).finding?.candidateActions[0]).toEqual({
      type: 'lmcache-bypass-add',
      parameters: { backendName: 'LocalDiskBackend' },
    });
  });

  it('only suspects before its duration', () => {
    expect(outcome({}, 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without pressure, or when nothing tells whether the disks are slow', () => {
    const pressure = { ioSomeAvg60: null, ioSomeAvg10: null, ioFullAvg60: null, ioFullAvg10: null };
    expect(outcome({ pressure }).notEvaluated).toContain('system.pressure.ioSomeAvg60');
    expect(outcome({ wait: null, iowait: null }).notEvaluated).toContain('system.diskIo.averageWaitSeconds');
  });
});
