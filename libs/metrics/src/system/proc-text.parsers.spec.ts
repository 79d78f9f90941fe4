import { describe, expect, it } from '@jest/globals';
import {
  cpuRatios,
  memoryOf,
  parseLoadAverage,
  parseMeminfoBytes,
  parsePressure,
  parseStat,
  parseUptime,
} from './proc-text.parsers.js';

describe('parseStat', () => {
  it('adds guest time only once, counts the cores and the tasks that could run', () => {
    const text = 'cpu  10 1 5 70 4 1 2 7 10 1\ncpu0 1 1 1 1\ncpu1 1 1 1 1\nintr 9\nbtime 1700000000\nprocs_running 3\n';
    expect(parseStat(text)).toEqual({
      logicalCores: 2,
      ticks: { total: 100, idle: 70, iowait: 4, steal: 7 },
      runnableTasks: 3,
      bootSeconds: 1_700_000_000,
    });
  });

  it.each(['', 'cpu  10 x 5 70', 'cpu  10', 'cpu  -1 1 5 70'])('has no ticks in %j', (text) => {
    expect(parseStat(text)).toEqual({ logicalCores: null, ticks: null, runnableTasks: null, bootSeconds: null });
  });

  it('knows no steal where the kernel has no such column', () => {
    expect(parseStat('cpu  10 1 5 70\n').ticks).toEqual({ total: 86, idle: 70, iowait: null, steal: null });
  });
});

describe('cpuRatios', () => {
  const ticks = { total: 1000, idle: 500, iowait: 100, steal: 10 };

  it('are shares of the interval', () => {
    const later = { total: 1200, idle: 600, iowait: 120, steal: 30 };
    const ratios = cpuRatios(ticks, later);

    expect(ratios.utilizationRatio).toBeCloseTo(0.4);
    expect(ratios.iowaitRatio).toBeCloseTo(0.1);
    expect(ratios.stealRatio).toBeCloseTo(0.1);
  });

  it.each([
    ['there is no earlier sample', null, ticks],
    ['no time passed', ticks, ticks],
    ['the counters began anew', ticks, { total: 10, idle: 5, iowait: 0, steal: 0 }],
  ])('are null when %s', (_, earlier, later) => {
    expect(cpuRatios(earlier, later)).toEqual({ utilizationRatio: null, iowaitRatio: null, stealRatio: null });
  });

  it('leave out iowait alone when the kernel takes some of it back', () => {
    const later = { total: 1200, idle: 620, iowait: 90, steal: 10 };

    expect(cpuRatios(ticks, later)).toMatchObject({ iowaitRatio: null, stealRatio: 0 });
  });

  it('leave out what a source does not count', () => {
    const [earlier, later] = [ticks, { ...ticks, total: 1100 }].map((each) => ({ ...each, iowait: null, steal: null }));

    expect(cpuRatios(earlier ?? null, later ?? null)).toEqual({
      utilizationRatio: 1,
      iowaitRatio: null,
      stealRatio: null,
    });
  });
});

describe('the other files of /proc', () => {
  it('give load, memory, pressure and uptime in base units', () => {
    const meminfo =
      'MemTotal: 100 kB\nMemAvailable: 40 kB\nUnevictable: 3 kB\nMlocked: 2 kB\nSwapTotal: 10 kB\nSwapFree: 7 kB\nDirty: 1 kB\n';
    expect(parseLoadAverage('1.5 0.25 0 3/200 4242\n')).toEqual({ load1m: 1.5, load5m: 0.25, load15m: 0 });
    expect(memoryOf(parseMeminfoBytes(meminfo))).toEqual({
      totalBytes: 102_400,
      availableBytes: 40_960,
      swapTotalBytes: 10_240,
      swapUsedBytes: 3072,
      mlockedBytes: 2048,
      unevictableBytes: 3072,
      dirtyBytes: 1024,
    });
    expect(parsePressure('some avg10=1.50 avg60=0.20 avg300=0 total=1\nfull avg10=0.00', 'some')).toEqual({
      avg10: 1.5,
      avg60: 0.2,
    });
    expect(parseUptime('12.5 1.0\n')).toBe(12.5);
  });

  it('give null for what is not there, never zero', () => {
    expect(parseLoadAverage('')).toEqual({ load1m: null, load5m: null, load15m: null });
    expect(Object.values(memoryOf(parseMeminfoBytes('MemFree: 5 kB\n'))).every((value) => value === null)).toBe(true);
    expect(parsePressure('', 'full')).toEqual({ avg10: null, avg60: null });
    expect(parseUptime('')).toBeNull();
  });

  it('have no used swap where more is free than there is', () => {
    expect(memoryOf(parseMeminfoBytes('SwapTotal: 5 kB\nSwapFree: 7 kB\n')).swapUsedBytes).toBeNull();
  });

  it('take a number that no kernel could have written for none', () => {
    expect(memoryOf(parseMeminfoBytes(`MemTotal: ${'9'.repeat(400)} kB\n`)).totalBytes).toBeNull();
    expect(parseUptime('1e3 1')).toBeNull();
  });
});
