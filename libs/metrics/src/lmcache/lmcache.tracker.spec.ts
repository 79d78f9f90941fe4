import { describe, expect, it } from '@jest/globals';
import type { Cache } from '@app/core';
import {
  anEmptyLmcacheMpPage,
  anLmcacheMpPage,
  anLmcachePage,
  aVllmPage,
  type LmcachePageValues,
} from '@app/testing/metrics';
import { type LmcachePage, LmcacheTracker, type TrackedCaches } from './lmcache.tracker.js';

const URL = 'http://cache:6999';
const page = (text: string, atMs: number, more: Partial<LmcachePage> = {}): LmcachePage => ({
  url: URL,
  engineId: null,
  text,
  atMs,
  ...more,
});

/** The cache after both pages, ten seconds apart. */
function afterBoth(earlier: string, later: string, atMs = 10_000): Cache {
  const tracker = new LmcacheTracker();
  tracker.read(page(earlier, 0));
  return onlyCache(tracker.read(page(later, atMs)));
}

function onlyCache({ caches }: TrackedCaches): Cache {
  expect(caches).toHaveLength(1);
  return caches[0] as Cache;
}

const reasonOf = ({ gaps }: TrackedCaches, signal: string): string | undefined =>
  gaps.find((gap) => gap.signal === `caches.${signal}`)?.reason;

const EARLIER: LmcachePageValues = {
  lookupTokens: 1000,
  lookupHits: 900,
  evictedKeys: 5,
  retrieveTokensPerSecond: [[1000, 10]],
  remoteGetMilliseconds: [[10, 5]],
};

describe('LmcacheTracker', () => {
  it('measures between two pages, whatever was counted before', () => {
    const later: LmcachePageValues = {
      lookupTokens: 2000,
      lookupHits: 1000,
      evictedKeys: 25,
      retrieveTokensPerSecond: [
        [1000, 10],
        [3000, 2],
      ],
      remoteGetMilliseconds: [
        [10, 5],
        [50, 1],
      ],
    };

    expect(afterBoth(anLmcachePage(EARLIER), anLmcachePage(later))).toMatchObject({
      hitRatio: 0.1,
      hitRatioBasis: 'lookup tokens',
      evictionsPerSecond: 2,
      retrieveSpeedTokensPerSecond: 3000,
      remoteLatencySeconds: 0.05,
    });
  });

  it('measures nothing on the first page, and says why', () => {
    const first = new LmcacheTracker().read(page(anLmcachePage(EARLIER), 0));

    expect(onlyCache(first)).toMatchObject({ hitRatio: null, evictionsPerSecond: null });
    expect(reasonOf(first, 'hitRatio')).toBe(`${URL}: there is no earlier sample to compare with`);
  });

  it('tells nothing looked up from nothing found', () => {
    const tracker = new LmcacheTracker();
    tracker.read(page(anLmcachePage(EARLIER), 0));
    const idle = tracker.read(page(anLmcachePage(EARLIER), 1000));

    expect(onlyCache(idle)).toMatchObject({ hitRatio: null, evictionsPerSecond: 0 });
    expect(reasonOf(idle, 'hitRatio')).toContain('nothing was looked up in the interval');
    const missed = tracker.read(page(anLmcachePage({ ...EARLIER, lookupTokens: 1500 }), 2000));
    expect(onlyCache(missed).hitRatio).toBe(0);
  });

  it.each<[string, LmcachePageValues]>([
    ['a counter went down', { ...EARLIER, lookupTokens: 400, lookupHits: 950, evictedKeys: 900 }],
    ['its counters were set to zero by a call', { workers: [{}] }],
    ['a histogram went down', { ...EARLIER, lookupTokens: 5000, retrieveTokensPerSecond: [] }],
    ['the process started at another time', { ...EARLIER, lookupTokens: 5000, processStartSeconds: 9 }],
  ])('drops the interval in which %s', (_, later) => {
    const tracker = new LmcacheTracker();
    tracker.read(page(anLmcachePage({ ...EARLIER, processStartSeconds: 5 }), 0));
    const read = tracker.read(page(anLmcachePage({ processStartSeconds: 5, ...later }), 10_000));

    expect(onlyCache(read)).toMatchObject({
      hitRatio: null,
      evictionsPerSecond: null,
      retrieveSpeedTokensPerSecond: null,
    });
    expect(reasonOf(read, 'hitRatio')).toContain('its counters were set back');
  });

  it('measures again after a reset', () => {
    const tracker = new LmcacheTracker();
    tracker.read(page(anLmcachePage(EARLIER), 0));
    tracker.read(page(anLmcachePage(), 10_000));
    const later = anLmcachePage({ lookupTokens: 200, lookupHits: 50 });

    expect(onlyCache(tracker.read(page(later, 20_000))).hitRatio).toBe(0.25);
  });

  it('goes on though a gauge of failures falls', () => {
    const before = { ...EARLIER, putsFailed: 9 };

    expect(afterBoth(anLmcachePage(before), anLmcachePage({ ...EARLIER, evictedKeys: 15 })).evictionsPerSecond).toBe(1);
  });

  it.each([0, -5000])('gives no rate over %d ms', (atMs) => {
    const later = anLmcachePage({ ...EARLIER, lookupTokens: 5000, evictedKeys: 50 });

    expect(afterBoth(anLmcachePage(EARLIER), later, atMs)).toMatchObject({ hitRatio: null, evictionsPerSecond: null });
  });

  it('uses the noisy gauge only where there is nothing else, from the first page on', () => {
    const without = ['num_lookup_tokens', 'num_requested_tokens', 'num_prompt_tokens'];
    const read = new LmcacheTracker().read(page(anLmcachePage({ lookupHitRate: 0.4, without }), 0));

    expect(onlyCache(read)).toMatchObject({ hitRatio: 0.4, hitRatioBasis: expect.stringContaining('gauge') });
  });

  it('prefers the latency of pings, which needs no reads', () => {
    const pinged = { ...EARLIER, pingMilliseconds: 4, pingSuccesses: 3 };
    const read = new LmcacheTracker().read(page(anLmcachePage(pinged), 0));

    expect(onlyCache(read)).toMatchObject({ remoteLatencySeconds: 0.004, remotePingErrorCode: 0 });
  });

  it('names the base URL where the address is its own, and the engine where the page is the engine’s', () => {
    const text = aVllmPage() + anLmcachePage();

    expect(onlyCache(new LmcacheTracker().read(page(text, 0)))).toMatchObject({ id: URL, engineId: null });
    const engineId = 'http://engine:8000';
    expect(onlyCache(new LmcacheTracker().read(page(text, 0, { engineId })))).toMatchObject({
      id: 'http://engine:8000/lmcache',
      engineId,
    });
  });

  it('gives both generations of one page an id of their own', () => {
    const { caches } = new LmcacheTracker().read(page(anLmcachePage() + anLmcacheMpPage(), 0));

    expect(caches.map(({ id }) => id)).toEqual([`${URL}#in-process`, `${URL}#mp`]);
  });

  it('knows capacity and usage by the configuration, each worker having a pool', () => {
    const text = anLmcachePage({ workers: [{ usedBytes: 250 }, { usedBytes: 500 }] });
    const config = { capacityBytes: 1000, chunkSizeTokens: 256 };
    const read = new LmcacheTracker().read(page(text, 0, { config, version: '0.3.9' }));

    expect(onlyCache(read)).toMatchObject({
      usedBytes: 750,
      capacityBytes: 2000,
      usageRatio: 0.5,
      chunkSizeTokens: 256,
      version: '0.3.9',
    });
    const unknown = new LmcacheTracker().read(page(text, 0));
    expect(onlyCache(unknown)).toMatchObject({ usedBytes: 750, capacityBytes: null, usageRatio: null });
    expect(reasonOf(unknown, 'usageRatio')).toContain('its capacity is not known');
  });

  it('takes the MP server’s own word for its usage', () => {
    const text = anLmcacheMpPage({ usedBytes: 400, usageRatio: 0.8 });
    const config = { capacityBytes: 1000, chunkSizeTokens: null };

    expect(onlyCache(new LmcacheTracker().read(page(text, 0, { config })))).toMatchObject({
      usageRatio: 0.8,
      usedBytes: 400,
      capacityBytes: 1000,
    });
  });

  it.each<[boolean, boolean | null, boolean]>([
    [true, null, true],
    [true, false, false],
    [false, true, false],
    [true, true, true],
  ])('is, with series saying %p and a check saying %p, healthy: %p', (series, check, healthy) => {
    const text = anLmcachePage({ healthy: series });

    expect(onlyCache(new LmcacheTracker().read(page(text, 0, { healthy: check }))).healthy).toBe(healthy);
  });

  it('keeps an empty page of a known cache, with the reason, and finds no cache on that of a stranger', () => {
    const empty = new LmcacheTracker().read(page(anEmptyLmcacheMpPage(), 0, { mode: 'mp', healthy: true }));

    expect(onlyCache(empty)).toMatchObject({ id: URL, mode: 'mp', healthy: true, hitRatio: null });
    expect(reasonOf(empty, 'hitRatio')).toContain('before the first store or retrieve');
    expect(new LmcacheTracker().read(page(aVllmPage(), 0))).toMatchObject({ caches: [], gaps: [], problems: [] });
  });

  it('compares across a page that could not be read, and not across one that was empty', () => {
    const later = anLmcachePage({ ...EARLIER, evictedKeys: 25 });
    const between = (more: Partial<LmcachePage>): number | null => {
      const tracker = new LmcacheTracker();
      tracker.read(page(anLmcachePage(EARLIER), 0));
      tracker.read(page('', 5000, { mode: 'in-process', ...more }));
      return onlyCache(tracker.read(page(later, 10_000))).evictionsPerSecond;
    };

    expect(between({ emptyBecause: 'its metrics page timed out' })).toBe(2);
    expect(between({})).toBeNull();
  });

  it('explains every value that is null', () => {
    const read = new LmcacheTracker().read(page(anLmcacheMpPage(), 0));
    const { counters, histograms, engineId, ...fields } = onlyCache(read);
    const missing = [
      ...Object.entries(fields),
      ...Object.entries(counters).map(([name, value]) => [`counters.${name}`, value] as const),
      ...Object.entries(histograms).map(([name, value]) => [`histograms.${name}`, value] as const),
    ].filter(([, value]) => value === null);

    expect(engineId).toBeNull();
    expect(read.gaps.map(({ signal }) => signal).sort()).toEqual(missing.map(([name]) => `caches.${name}`).sort());
  });

  it('says what could not be read, and whether the numbers are made up', () => {
    const read = new LmcacheTracker().read(
      page(`${anLmcachePage({ simulated: true })}lmcache:num_lookup_tokens{ 1\n`, 0),
    );

    expect(read).toMatchObject({ simulated: true, problems: [expect.any(String)] });
    expect(read.gaps[0]).toMatchObject({ signal: 'caches', status: 'partial' });
  });
});
