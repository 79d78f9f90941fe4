import { describe, expect, it } from '@jest/globals';
import { aCacheView } from '../machine-view.builder.js';
import { RemoteGets } from './remote-gets.js';

function reading(remoteReads: number, remotePingSeconds: number): ReturnType<typeof aCacheView> {
  const cache = aCacheView({ remotePingSeconds });
  return { ...cache, counters: { ...cache.counters, remoteReads } };
}

describe('how long reads of a remote tier took', () => {
  it('counts new reads at the round trip of the moment and keeps the old ones', () => {
    const gets = new RemoteGets();
    gets.observe(reading(10, 0.004));
    gets.observe(reading(15, 0.2));
    const { counts, count, sum } = gets.view();
    expect({ count, sum }).toEqual({ count: 15, sum: 10 * 4 + 5 * 200 });
    // Up to 5 ms, and up to 250 ms.
    expect([counts[1], counts[8]]).toEqual([10, 15]);
  });

  it('begins anew with the counters of its process', () => {
    const gets = new RemoteGets();
    gets.observe(reading(10, 0.004));
    gets.observe(reading(2, 0.004));
    expect(gets.view()).toMatchObject({ count: 2, sum: 8 });
  });
});
