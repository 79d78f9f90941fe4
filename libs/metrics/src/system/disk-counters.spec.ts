import { describe, expect, it } from '@jest/globals';
import { diskRates, isWholeDevice, parseDiskstats } from './disk-counters.js';

describe('parseDiskstats', () => {
  it('reads whole devices in bytes and seconds', () => {
    const text = '   8 0 sda 10 1 20 300 5 1 40 700 0 900 1000\n   8 1 sda1 1 1 1 1 1 1 1 1 0 1 1\n   7 0 loop0 1\n';

    expect([...parseDiskstats(text)]).toEqual([
      ['sda', { readBytes: 10_240, writtenBytes: 20_480, requests: 15, requestSeconds: 1, busySeconds: 0.9 }],
    ]);
  });

  it('leaves out lines that are too short, and has nulls for what is no number', () => {
    expect(parseDiskstats('8 0 sda 1 2 3\n').size).toBe(0);
    expect(parseDiskstats('8 0 sda x 1 20 300 5 1 40 700 0 900 1000\n').get('sda')).toMatchObject({
      requests: null,
      readBytes: 10_240,
    });
  });
});

describe('isWholeDevice', () => {
  it.each(['sda', 'sdab', 'nvme0n1', 'nvme12n3', 'vda', 'xvdf', 'mmcblk0'])('is true for %s', (name) => {
    expect(isWholeDevice(name)).toBe(true);
  });

  it.each(['sda1', 'nvme0n1p2', 'dm-0', 'md127', 'loop3', 'zram0', 'sr0', 'nvme0c0n1', ''])(
    'is false for %s',
    (name) => {
      expect(isWholeDevice(name)).toBe(false);
    },
  );
});

describe('diskRates', () => {
  const earlier = { readBytes: 0, writtenBytes: 1000, requests: 10, requestSeconds: 1, busySeconds: 5 };

  it('give rates, the mean time of a request and the busy share', () => {
    const later = { readBytes: 4000, writtenBytes: 1000, requests: 30, requestSeconds: 4, busySeconds: 6 };

    expect(diskRates('sda', earlier, later, 2)).toEqual({
      device: 'sda',
      readBytesPerSecond: 2000,
      writeBytesPerSecond: 0,
      averageWaitSeconds: 0.15,
      busyRatio: 0.5,
    });
  });

  it('have no mean time without requests, and no rate of a counter that went down', () => {
    const later = { ...earlier, readBytes: 500, writtenBytes: 999 };

    expect(diskRates('sda', earlier, later, 1)).toMatchObject({
      readBytesPerSecond: 500,
      writeBytesPerSecond: null,
      averageWaitSeconds: null,
    });
  });

  it('are all null without an earlier sample', () => {
    const { device, ...rates } = diskRates('sda', null, earlier, 1);

    expect(device).toBe('sda');
    expect(Object.values(rates)).toEqual([null, null, null, null]);
  });

  it('are never busier than the time that passed', () => {
    expect(diskRates('sda', earlier, { ...earlier, busySeconds: 6.01 }, 1).busyRatio).toBe(1);
  });
});
