import { describe, expect, it } from '@jest/globals';
import {
  anEmptyLmcacheMpPage,
  anLmcacheMpPage,
  anLmcachePage,
  aVllmPage,
  type LmcachePageValues,
} from '@app/testing/metrics';
import { type CacheReading, lmcacheModeOf, mapLmcachePage } from './lmcache-page.mapper.js';

function onlyReading(text: string): CacheReading {
  const { readings, problems } = mapLmcachePage(text);
  expect(problems).toEqual([]);
  expect(readings).toHaveLength(1);
  return readings[0] as CacheReading;
}

const inProcess = (values: LmcachePageValues): CacheReading => onlyReading(anLmcachePage(values));

describe('mapLmcachePage', () => {
  it('reads counters and gauges of LMCache in an engine', () => {
    const values = { lookupTokens: 1000, lookupHits: 400, storedTokens: 600, retrieveRequests: 7, evictedKeys: 3 };
    const reading = inProcess({ ...values, evictionsFailed: 2, remoteReads: 5, forcedUnpins: 1, usedBytes: 4096 });

    expect(reading).toMatchObject({
      mode: 'in-process',
      model: 'Qwen/Qwen3-8B',
      healthy: true,
      hits: { basis: 'lookup tokens', hits: 400, of: 1000 },
      localUse: { bytes: 4096, workers: 1 },
      counters: { lookupTokens: 1000, hitTokens: 400, secondTierHitTokens: null, storedTokens: 600 },
    });
    expect(reading.counters).toMatchObject({
      retrieveRequests: 7,
      evictions: 3,
      storedChunks: null,
      evictionFailures: 2,
      remoteReads: 5,
      forcedUnpins: 1,
    });
  });

  it.each<[string, LmcachePageValues]>([
    ['underscores for colons', { prefix: 'lmcache_' }],
    ['counters without _total', { counterSuffix: '' }],
    ['the documented name of the health gauge', { documentedHealthName: true }],
  ])('reads %s', (_, spelling) => {
    expect(inProcess({ lookupTokens: 10, lookupHits: 4, healthy: false, ...spelling })).toMatchObject({
      healthy: false,
      hits: { hits: 4, of: 10 },
    });
  });

  it('never takes the time at which a counter was made for its count', () => {
    const page = anLmcachePage({ lookupTokens: 10, lookupHits: 4 });
    const withoutCounts = page
      .split('\n')
      .filter((line) => !/_total\{/.test(line))
      .join('\n');

    expect(withoutCounts).toContain('_created{');
    expect(onlyReading(withoutCounts)).toMatchObject({
      hits: null,
      counters: { lookupTokens: null, storedTokens: null },
    });
  });

  it('adds up neither what every worker counts nor hides what one of them missed', () => {
    const reading = inProcess({
      workers: [
        { lookupTokens: 1000, lookupHits: 400, retrieveSeconds: [[0.02, 4]] },
        { lookupTokens: 990, lookupHits: 400, retrieveSeconds: [[0.03, 4]] },
      ],
    });

    expect(reading.hits).toEqual({ basis: 'lookup tokens', hits: 400, of: 1000 });
    expect(reading.histograms.retrieveTime).toMatchObject({ count: 4, sum: 0.12 });
  });

  it('adds up the memory of the workers, which is of each its own, but not the scheduler', () => {
    const workers = [{ usedBytes: 100 }, { usedBytes: 300 }, { role: 'scheduler', usedBytes: 0 }];

    expect(inProcess({ workers }).localUse).toEqual({ bytes: 400, fullestWorkerBytes: 300, workers: 2 });
  });

  it('adds up models and tenants, and then names no model', () => {
    const workers = [
      { worker: '0', model: 'a', lookupTokens: 10 },
      { worker: '0', model: 'b', lookupTokens: 20 },
    ];

    expect(inProcess({ workers })).toMatchObject({ model: null, counters: { lookupTokens: 30 } });
    const lookups = { x: { requested: 10, hit: 1 }, y: { requested: 5, hit: 2 } };
    expect(onlyReading(anLmcacheMpPage({ lookups })).hits).toMatchObject({ hits: 3, of: 15 });
  });

  it('is unhealthy when one worker is', () => {
    expect(inProcess({ workers: [{ healthy: true }, { healthy: false }] }).healthy).toBe(false);
    expect(inProcess({ without: ['lmcache_is_healthy'] }).healthy).toBeNull();
  });

  it.each<[string, readonly string[], number]>([
    ['requested tokens', ['num_lookup_tokens', 'num_lookup_hits'], 50],
    ['prompt tokens', ['num_lookup_tokens', 'num_lookup_hits', 'num_requested_tokens'], 80],
  ])('divides by %s where there is nothing better', (basis, without, of) => {
    const reading = inProcess({ hitTokens: 20, requestedTokens: 50, promptTokens: 80, without });

    expect(reading.hits).toEqual({ basis, hits: 20, of });
    expect(reading.counters).toMatchObject({ lookupTokens: null, hitTokens: 20 });
  });

  it('takes the gauge of the hit rate only where no counters are, and says so', () => {
    const without = ['num_lookup_tokens', 'num_requested_tokens', 'num_prompt_tokens'];

    expect(inProcess({ lookupHitRate: 0.5 }).hitGauge).toBeNull();
    expect(inProcess({ lookupHitRate: 0.5, without }).hitGauge).toEqual({
      basis: expect.stringContaining('gauge'),
      ratio: 0.5,
    });
    expect(inProcess({ lookupHitRate: 7, without }).hitGauge).toBeNull();
  });

  it('reads milliseconds of the remote tier as seconds', () => {
    const reading = inProcess({ pingMilliseconds: 12, pingSuccesses: 3, remoteGetMilliseconds: [[30, 2]] });

    expect(reading.remotePingSeconds).toBe(0.012);
    expect(reading.histograms.remoteGetTime).toMatchObject({ sum: 0.06, count: 2 });
    expect(reading.histograms.remoteGetTime?.upperBounds.slice(0, 2)).toEqual([0.001, 0.005]);
    expect(reading.histograms.remoteGetTime?.upperBounds.at(-1)).toBeNull();
  });

  it.each<[string, LmcachePageValues, number | null]>([
    ['is null when nothing was ever pinged', {}, null],
    ['is 0 when pings succeed', { pingSuccesses: 5 }, 0],
    ['is what failed', { pingErrors: 1, pingErrorCode: -1 }, -1],
    ['is what failed, though the counters were set back', { pingErrorCode: -2 }, -2],
    [
      'is taken as it stands where pings are not counted',
      { without: ['remote_ping_errors', 'remote_ping_successes'] },
      0,
    ],
  ])('has an error code of the remote tier that %s', (_, values, code) => {
    expect(inProcess(values).remotePingErrorCode).toBe(code);
  });

  it('adds up slow retrievals of both kinds, and failures for want of room', () => {
    expect(inProcess({ slowByTime: 2, slowBySpeed: 3, putsFailed: 4, getsFailed: 5 }).counters).toMatchObject({
      slowRetrievals: 5,
      allocationFailures: 9,
    });
  });

  it('has a chunk reuse only where chunk statistics are on', () => {
    expect(inProcess({ chunkStatistics: true, chunkReuseRate: 0.25 }).chunkReuseRatio).toBe(0.25);
    expect(inProcess({ chunkReuseRate: 0 }).chunkReuseRatio).toBeNull();
  });

  it('reads the MP server', () => {
    const reading = onlyReading(
      anLmcacheMpPage({
        lookups: { '': { requested: 1000, hit: 300, l2: 100 } },
        writtenChunks: 50,
        evictedChunks: 20,
        finishedRetrieves: { 'cuda:0': 9, 'cuda:1': 8 },
        l2Loads: 3,
        allocationFailures: 2,
        prefetchFailures: { l1Oom: 1, notFound: 6 },
        usedBytes: 8192,
        usageRatio: 0.8,
        evictReuseGapSeconds: [[20, 2]],
      }),
    );

    expect(reading).toMatchObject({
      mode: 'mp',
      model: 'meta-llama/Llama-3.1-8B-Instruct',
      healthy: null,
      hits: { basis: 'lookup tokens', hits: 300, of: 1000 },
      usageRatio: 0.8,
      localUse: { bytes: 8192 },
      histograms: { retrieveTime: null, evictionToReuse: { count: 2, sum: 40 } },
    });
    expect(reading.counters).toEqual({
      lookupTokens: 1000,
      hitTokens: 300,
      secondTierHitTokens: 100,
      storedTokens: null,
      retrieveRequests: 9,
      evictions: 20,
      storedChunks: 50,
      evictionFailures: null,
      remoteReads: 3,
      slowRetrievals: null,
      allocationFailures: 3,
      forcedUnpins: null,
    });
  });

  it.each([
    ['of negative counts', { lookupTokens: -5 }],
    ['that is not a number', { lookupTokens: Number.NaN }],
    ['without an end', { lookupTokens: Number.POSITIVE_INFINITY }],
  ])('has no counter %s', (_, values) => {
    expect(mapLmcachePage(anLmcachePage(values)).readings[0]?.counters.lookupTokens).toBeNull();
  });

  it('has no usage above the whole', () => {
    expect(onlyReading(anLmcacheMpPage({ usageRatio: 1.5 })).usageRatio).toBeNull();
  });

  it('finds LMCache on the page of its engine', () => {
    const page = aVllmPage() + anLmcachePage({ lookupTokens: 10 });

    expect(onlyReading(page)).toMatchObject({ mode: 'in-process', counters: { lookupTokens: 10 } });
  });

  it('keeps a cache whose series have other names in sight, and takes no other page for one', () => {
    expect(onlyReading('lmcache:tokens_of_a_later_version 4\n').counters.lookupTokens).toBeNull();
    expect(mapLmcachePage(aVllmPage()).readings).toEqual([]);
    expect(mapLmcachePage(anEmptyLmcacheMpPage()).readings).toEqual([]);
  });

  it('tells the generations apart', () => {
    expect(lmcacheModeOf(anLmcacheMpPage())).toBe('mp');
    expect(lmcacheModeOf(anLmcachePage())).toBe('in-process');
    expect(lmcacheModeOf(anLmcachePage({ prefix: 'lmcache_' }))).toBe('in-process');
    expect(lmcacheModeOf(aVllmPage())).toBeNull();
  });
});
