import { describe, expect, it } from '@jest/globals';
import {
  cpuRatios,
  networkRates,
  parseLoadAverage,
  parseMeminfo,
  parseNetDev,
  parsePressure,
  parseStat,
  parseUptime,
} from './proc-text.parsers.js';

describe('parseStat', () => {
  it('adds guest time only once and counts the cores', () => {
    expect(parseStat('cpu  10 1 5 70 4 1 2 7 10 1\ncpu0 1 1 1 1\ncpu1 1 1 1 1\nintr 9')).toEqual({
      logicalCores: 2,
      ticks: { total: 100, idle: 70, iowait: 4, steal: 7 },
    });
  });

  it.each(['', 'cpu  10 x 5 70', 'cpu  10'])('has no ticks in %j', (text) => {
    expect(parseStat(text)).toEqual({ logicalCores: null, ticks: null });
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
});

describe('the other files of /proc', () => {
  it('give load, memory, pressure and uptime in base units', () => {
    expect(parseLoadAverage('1.5 0.25 0 3/200 4242\n')).toEqual({ load1m: 1.5, load5m: 0.25, load15m: 0 });
    expect(parseMeminfo('MemTotal: 100 kB\nMemAvailable: 40 kB\nSwapTotal: 10 kB\nSwapFree: 7 kB\n')).toEqual({
      totalBytes: 102_400,
      availableBytes: 40_960,
      swapTotalBytes: 10_240,
      swapUsedBytes: 3072,
    });
    expect(parsePressure('some avg10=1.50 avg60=0.20 avg300=0 total=1\nfull avg10=0.00', 'some')).toEqual({
      avg10: 1.5,
      avg60: 0.2,
    });
    expect(parseUptime('12.5 1.0\n')).toBe(12.5);
  });

  it('give null for what is not there, never zero', () => {
    expect(parseLoadAverage('')).toEqual({ load1m: null, load5m: null, load15m: null });
    expect(parseMeminfo('MemFree: 5 kB\n')).toEqual({
      totalBytes: null,
      availableBytes: null,
      swapTotalBytes: null,
      swapUsedBytes: null,
    });
    expect(parsePressure('', 'full')).toEqual({ avg10: null, avg60: null });
    expect(parseUptime('')).toBeNull();
  });
});

describe('network counters', () => {
  it('are read with and without a blank after the colon', () => {
    const counters = parseNetDev('Inter-| x\n face |bytes\n  eth0:100 1 2 0 0 0 0 0 200 1 3 0 0 0 0 0\nbroken: 1 2\n');

    expect([...counters]).toEqual([['eth0', { rxBytes: 100, txBytes: 200, errors: 5 }]]);
  });

  it('become rates, except where a counter went down', () => {
    const earlier = { rxBytes: 100, txBytes: 500, errors: 0 };
    const later = { rxBytes: 300, txBytes: 400, errors: 0 };

    expect(networkRates('eth0', earlier, later, 2)).toEqual({
      interface: 'eth0',
      rxBytesPerSecond: 100,
      txBytesPerSecond: null,
      errorsPerSecond: 0,
    });
  });
});
