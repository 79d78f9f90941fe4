import { describe, expect, it } from '@jest/globals';
import { type HostDemand, ServerHost } from './host.js';
import type { HostOptions } from './machine-options.js';
import { Random } from './random.js';

const GIB = 2 ** 30;
const DEMAND: HostDemand = {
  engineCores: 4,
  engineBytes: 80 * GIB,
  modelBytesPerSecond: 0,
  requests: 1,
  promptTokens: 900,
  generatedTokens: 300,
  cacheRxBytes: 0,
  cacheTxBytes: 0,
};

const aHost = (options: HostOptions = {}): ServerHost =>
  new ServerHost({ logicalCores: 32, memoryGib: 256, ...options }, 1, new Random(3));

function pass(host: ServerHost, seconds: number): number {
  let kills = 0;
  for (let i = 0; i < seconds * 10; i += 1) if (host.step(0.1, DEMAND)) kills += 1;
  return kills;
}

describe('a simulated host', () => {
  it('spends each second of each core on something', () => {
    const host = aHost();
    pass(host, 100);
    const spent = Object.values(host.view().cpuSeconds).reduce((sum, one) => sum + one, 0);
    expect(spent / (32 * 100)).toBeCloseTo(1, 1);
  });

  it('comes close to its load average in the time that it is over', () => {
    const host = aHost();
    host.setNeighbour({ cpuCores: 20 });
    pass(host, 60);
    const [one, five, fifteen] = host.view().load;
    expect(one / 24).toBeCloseTo(0.63, 1);
    expect(one).toBeGreaterThan(five);
    expect(five).toBeGreaterThan(fifteen);
  });

  it('presses no one while cores are free, and all when more want them than there are', () => {
    const host = aHost();
    pass(host, 60);
    expect(host.view().pressure.cpu.some.avg60).toBeLessThan(1);
    host.setNeighbour({ cpuCores: 64 });
    pass(host, 60);
    expect(host.view().pressure.cpu.some.avg10).toBeGreaterThan(95);
    expect(host.view().pressure.cpu.some.avg300).toBeLessThan(40);
    expect(host.cpu.slowdown).toBeCloseTo(2.1, 0);
    host.setNeighbour({ cpuCores: 0 });
    pass(host, 60);
    expect(host.view().pressure.cpu.some.avg10).toBeLessThan(2);
  });

  it('throttles a group that wants more than its quota', () => {
    const host = aHost({ cpuQuotaCores: 2 });
    pass(host, 10);
    const { periods, throttledPeriods, throttledSeconds } = host.view().cgroup;
    expect([periods, throttledPeriods]).toEqual([100, 100]);
    expect(throttledSeconds).toBeCloseTo(5, 1);
  });

  it('swaps and waits when memory is short, and gets over it', () => {
    const host = aHost();
    host.setNeighbour({ memoryBytes: 165 * GIB });
    pass(host, 60);
    const tight = host.view();
    expect(tight.memory.availableBytes / tight.memory.totalBytes).toBeLessThan(0.05);
    expect(tight.pressure.memory.full.avg10).toBeGreaterThan(5);
    expect(tight.paging.swapOut).toBeGreaterThan(1000);
    host.setNeighbour({ memoryBytes: 0 });
    pass(host, 60);
    expect(host.view().memory.availableBytes / 256 / GIB).toBeGreaterThan(0.5);
    expect(host.view().pressure.memory.full.avg10).toBeLessThan(1);
  });

  it('kills who wants more than there is', () => {
    const host = aHost();
    host.setNeighbour({ memoryBytes: 400 * GIB });
    expect(pass(host, 120)).toBeGreaterThan(0);
    expect(host.view().paging.oomKills).toBeGreaterThan(0);
  });

  it('presses on disks that are asked for more than they do', () => {
    const host = aHost();
    host.setNeighbour({ diskBytesPerSecond: 6e9 });
    pass(host, 60);
    const { pressure, disks } = host.view();
    expect(pressure.io.some.avg60).toBeGreaterThan(40);
    expect(disks[0]?.ioSeconds).toBeGreaterThan(50);
  });

  it('averages pressure as the kernel does: 63 % of it after as many seconds as the window has', () => {
    const host = aHost();
    host.setNeighbour({ cpuCores: 100 });
    pass(host, 10);
    expect(host.view().pressure.cpu.some.avg10).toBeCloseTo(63, -1);
    expect(host.view().pressure.cpu.some.totalMicroseconds).toBeCloseTo(10e6, -6);
  });
});
