import { describe, expect, it } from '@jest/globals';
import { pageSizeFrom, pageSizeOfArchitecture, pagingCountersOf, pagingRates } from './paging-counters.js';

describe('the page size', () => {
  it.each([4096, 16_384, 65_536])('of %d bytes is found in free memory, given in pages and in bytes', (size) => {
    expect(pageSizeFrom(1_000_000, 1_000_000 * size)).toBe(size);
    expect(pageSizeFrom(1_000_000, 1_050_000 * size)).toBe(size);
    expect(pageSizeFrom(1_000_000, 950_000 * size)).toBe(size);
  });

  it.each([
    [0, 4096],
    [null, 4096],
    [10, null],
    [10, 10 * 1_000_000],
    [10, 10],
  ])('is not guessed from %p pages and %p bytes', (pages, bytes) => {
    expect(pageSizeFrom(pages, bytes)).toBeNull();
  });

  it('is fixed on x86 and left open elsewhere', () => {
    expect(pageSizeOfArchitecture('processor\t: 0\nvendor_id\t: AuthenticAMD\n')).toBe(4096);
    expect(pageSizeOfArchitecture('processor\t: 0\nCPU implementer\t: 0x41\n')).toBeNull();
    expect(pageSizeOfArchitecture('')).toBeNull();
  });
});

describe('paging', () => {
  const counters = pagingCountersOf(
    new Map([
      ['pswpin', 10],
      ['pswpout', 20],
      ['pgmajfault', 5],
      ['oom_kill', 1],
    ]),
    65_536,
  );

  it('counts swap in bytes of the page size', () => {
    expect(counters).toEqual({ swapInBytes: 655_360, swapOutBytes: 1_310_720, majorFaults: 5, oomKills: 1 });
  });

  it('has rates of the interval and the total of OOM kills', () => {
    const later = { ...counters, swapInBytes: 656_384, swapOutBytes: 0, majorFaults: 25 };

    expect(pagingRates(counters, later, 2)).toEqual({
      swapInBytesPerSecond: 512,
      swapOutBytesPerSecond: null,
      majorFaultsPerSecond: 10,
      oomKills: 1,
    });
  });

  it('has nothing where the kernel counts nothing', () => {
    expect(pagingCountersOf(new Map(), 4096)).toEqual({
      swapInBytes: null,
      swapOutBytes: null,
      majorFaults: null,
      oomKills: null,
    });
  });
});
