import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Cache } from '@app/core';
import { cpuMs, fuzzRuns, mutatedText } from '@app/testing/fuzz';
import { anLmcacheMpPage, anLmcachePage } from '@app/testing/metrics';
import { configIn, healthIn, lmcacheVersionIn, mpStatusIn } from './lmcache-answers.js';
import { LmcacheTracker } from './lmcache.tracker.js';

const IN_PROCESS = anLmcachePage({
  workers: [
    { lookupTokens: 9000, lookupHits: 3000, usedBytes: 4096, retrieveSeconds: [[0.2, 7]] },
    { lookupTokens: 8900, lookupHits: 3000, usedBytes: 2048, retrieveTokensPerSecond: [[900, 7]] },
  ],
  pingMilliseconds: 3,
  pingSuccesses: 4,
  evictedKeys: 11,
  remoteGetMilliseconds: [[40, 3]],
});
const MP = anLmcacheMpPage({
  lookups: { a: { requested: 5000, hit: 1000 }, b: { requested: 70, hit: 7, l2: 1 } },
  evictedChunks: 6,
  usageRatio: 0.79,
  usedBytes: 1_000_000,
  evictReuseGapSeconds: [[3, 2]],
});
const EMPTY_CONFIG = { capacityBytes: 1_000_000, chunkSizeTokens: 256 };

/** Every number of a cache that has to be a count, a size or a duration. */
function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}

/** What no cache can be: infinite, negative where things are counted, or a share beyond the whole. */
function impossibleNumbersOf(cache: Cache): number[] {
  const { hitRatio, usageRatio, chunkReuseRatio } = cache;
  // An error code may be negative, and so may what a damaged histogram holds.
  const counted = { ...cache, remotePingErrorCode: null, histograms: null };
  return [
    ...numbersOf(cache).filter((number) => !Number.isFinite(number)),
    ...numbersOf(counted).filter((number) => number < 0),
    ...[hitRatio, usageRatio, chunkReuseRatio].filter((ratio) => ratio !== null).filter((ratio) => ratio > 1),
  ];
}

describe('reading a damaged LMCache page', () => {
  it.each([
    ['in process', IN_PROCESS],
    ['of an MP server', MP],
  ])('%s never throws, takes long or gives an impossible number', (_, original) => {
    fc.assert(
      fc.property(mutatedText(original), fc.boolean(), (damaged, isLater) => {
        const tracker = new LmcacheTracker();
        const pages = isLater ? [original, damaged] : [damaged, original];
        const startedAt = cpuMs();
        for (const [index, text] of pages.entries()) {
          const page = { url: 'http://c', engineId: null, text, atMs: index * 1000, config: EMPTY_CONFIG };
          expect(tracker.read(page).caches.flatMap(impossibleNumbersOf)).toEqual([]);
        }
        // Of the processor, since a busy machine proves nothing; microseconds.
        expect(cpuMs() - startedAt).toBeLessThan(1_000);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('has every counter from the text, as it stands or added up', () => {
    const total = (text: string): number =>
      [...text.matchAll(/[\d.]+(?:e\+?\d+)?/gi)].reduce((sum, [number]) => sum + (Number(number) || 0), 0);
    fc.assert(
      fc.property(mutatedText(MP), (damaged) => {
        const { caches } = new LmcacheTracker().read({ url: 'http://c', engineId: null, text: damaged, atMs: 0 });
        // No sum can exceed that of all digits there are; a number that does was invented.
        for (const cache of caches) {
          expect(Math.max(0, ...numbersOf(cache.counters))).toBeLessThanOrEqual(total(damaged) * (1 + 1e-9));
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('reading a damaged answer of LMCache', () => {
  const answers = [
    JSON.stringify({ healthy: false, unhealthy_count: 1, unhealthy_threads: [{ name: 'heartbeat' }] }),
    JSON.stringify({
      is_healthy: true,
      chunk_size: 256,
      storage_manager: { l1_manager: { memory_configured_bytes: 9 } },
    }),
    JSON.stringify({ chunk_size: 256, max_local_cpu_size: 5, storage_manager: { l1_manager_configs: [{}] } }),
    JSON.stringify('0.3.9-abcdef0'),
  ];

  it.each(answers)('never throws: %s', (original) => {
    fc.assert(
      fc.property(mutatedText(original), (damaged) => {
        expect([true, false, null]).toContain(healthIn(damaged));
        for (const number of numbersOf([configIn(damaged), mpStatusIn(damaged)])) expect(number).toBeGreaterThan(0);
        expect(lmcacheVersionIn(damaged) ?? '0').toMatch(/^v?\d[\w.+-]*$/);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
