import { describe, expect, it } from '@jest/globals';
import { anLmcachePage, aVllmPage } from '@app/testing/metrics';
import { absentCaches, type CachesReading, combineCacheReadings, NO_SERIES, NO_URLS } from './caches-reading.js';
import { InProcessCaches } from './in-process-caches.js';

const AT = '2026-01-01T00:00:00.000Z';
const ENGINE = 'http://engine:8000';

const pageOf = (text: string, atMs = 0, engineId: string | null = ENGINE) => ({ url: ENGINE, engineId, text, atMs });

function ownReading(status: CachesReading['section']['status']): CachesReading {
  const section = { status, source: 'http://cache:8080/metrics', collectedAt: AT, durationMs: 12, detail: null };
  return { section, caches: [], gaps: [], simulated: false };
}

describe('InProcessCaches', () => {
  it('finds caches on the pages of engines and measures between them', () => {
    const caches = new InProcessCaches();
    caches.read([pageOf(aVllmPage() + anLmcachePage({ lookupTokens: 100 }))], AT);
    const later = aVllmPage() + anLmcachePage({ lookupTokens: 200, lookupHits: 50 });
    const reading = caches.read([pageOf(later, 10_000)], AT);

    expect(reading.section).toEqual({
      status: 'ok',
      source: `${ENGINE}/metrics`,
      collectedAt: AT,
      durationMs: 0,
      detail: null,
    });
    expect(reading.caches).toMatchObject([{ id: `${ENGINE}/lmcache`, engineId: ENGINE, hitRatio: 0.5 }]);
  });

  it('is absent when no page has any', () => {
    expect(new InProcessCaches().read([pageOf(aVllmPage())], AT)).toEqual(absentCaches(NO_SERIES, AT));
    expect(new InProcessCaches().read([], AT).section.status).toBe('absent');
  });

  it('names a cache of several engines after their page', () => {
    const { caches } = new InProcessCaches().read([pageOf(anLmcachePage(), 0, null)], AT);

    expect(caches).toMatchObject([{ id: `${ENGINE}/lmcache`, engineId: null }]);
  });

  it('is partial when a page has unreadable lines', () => {
    const { section } = new InProcessCaches().read([pageOf(`${anLmcachePage()}lmcache:num_lookup_tokens{ 1\n`)], AT);

    expect(section).toMatchObject({ status: 'partial', detail: expect.stringContaining('unreadable text') });
  });
});

describe('combineCacheReadings', () => {
  const onPages = new InProcessCaches().read([pageOf(anLmcachePage({ simulated: true }))], AT);

  it('is absent only when neither is there', () => {
    const { section, gaps } = combineCacheReadings(absentCaches(NO_URLS, AT), absentCaches(NO_SERIES, AT));
    const reason = 'no LMCACHE_URLS configured and no LMCache series on an engine page';

    expect(section).toMatchObject({ status: 'absent', source: null, detail: reason });
    expect(gaps).toEqual([{ signal: 'caches', status: 'absent', reason }]);
  });

  it('is the one that is there', () => {
    expect(combineCacheReadings(absentCaches(NO_URLS, AT), onPages)).toBe(onPages);
    const own = ownReading('timeout');
    expect(combineCacheReadings(own, absentCaches(NO_SERIES, AT))).toBe(own);
  });

  it.each([
    ['ok', 'ok'],
    ['timeout', 'partial'],
    ['failed', 'partial'],
  ] as const)('names both sources, and is with the addresses %s %s', (own, status) => {
    const combined = combineCacheReadings(ownReading(own), onPages);

    expect(combined.section).toMatchObject({
      status,
      source: `http://cache:8080/metrics, ${ENGINE}/metrics`,
      durationMs: 12,
    });
    expect(combined.caches).toEqual(onPages.caches);
    expect(combined.simulated).toBe(true);
  });
});
