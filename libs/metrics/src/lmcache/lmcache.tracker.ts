import type { Cache, Gap } from '@app/core';
import { type CacheFacts, cacheGaps, cacheOf, emptyReading } from './cache-assembly.js';
import { cacheRates, type CacheSample, compareCaches } from './cache-rates.js';
import { type LmcacheConfig, NO_CONFIG } from './lmcache-answers.js';
import { type CacheReading, mapLmcachePage } from './lmcache-page.mapper.js';

/** A metrics page of one address, with what else is known of it. */
export interface LmcachePage {
  /** Base URL of an address of its own; names the cache where it has no engine. */
  readonly url: string;
  /** Engine on whose page the series stand. */
  readonly engineId: string | null;
  readonly text: string;
  /** Monotonic milliseconds of a live sample, the frame's time of a recorded one. */
  readonly atMs: number;
  /** What a health check said. */
  readonly healthy?: boolean | null;
  readonly version?: string | null;
  readonly config?: LmcacheConfig;
  /** Generation of an address that is known to be a cache, whatever its page has; without it a foreign page is none. */
  readonly mode?: Cache['mode'] | null;
  /** Why the page could not be read; its text is empty then. */
  readonly emptyBecause?: string;
}

export interface TrackedCaches {
  readonly caches: readonly Cache[];
  readonly gaps: readonly Gap[];
  readonly simulated: boolean;
  readonly problems: readonly string[];
}

const EMPTY_PAGE = 'its metrics page has no series, as before the first store or retrieve';
const MAX_PROBLEMS_NAMED = 3;

/**
 * Turns the pages of one address, live or recorded, into caches with rates since the page before. The id is the base URL
 * of an address of its own and `<engine id>/lmcache` of one on an engine's page, so it stays the same from scrape to
 * scrape; a page that collects both generations adds `#<mode>`.
 */
export class LmcacheTracker {
  private readonly earlier = new Map<Cache['mode'], CacheSample>();

  read(page: LmcachePage): TrackedCaches {
    const { readings, simulated, problems } = mapLmcachePage(page.text);
    if (readings.length === 0) return this.readEmpty(page, simulated);
    const read = readings.map((reading) => this.readOne(page, reading, idOf(page, reading, readings)));
    return {
      caches: read.map(({ cache }) => cache),
      gaps: [...unreadable(page, problems), ...read.flatMap(({ gaps }) => gaps)],
      simulated,
      problems,
    };
  }

  /** Series that were on a page and are gone went with their process; a page that was not read says nothing of them. */
  private readEmpty(page: LmcachePage, simulated: boolean): TrackedCaches {
    if (page.emptyBecause === undefined) this.earlier.clear();
    if (page.mode === undefined || page.mode === null) return { caches: [], gaps: [], simulated, problems: [] };
    const sample: CacheSample = { reading: emptyReading(page.mode), atMs: page.atMs };
    const cache = cacheOf(factsOf(page, baseId(page)), sample.reading, cacheRates(null, sample));
    const gaps = cacheGaps(cache, sample.reading, 'first-sample', page.emptyBecause ?? EMPTY_PAGE);
    return { caches: [cache], gaps, simulated, problems: [] };
  }

  private readOne(page: LmcachePage, reading: CacheReading, id: string): { cache: Cache; gaps: Gap[] } {
    const earlier = this.earlier.get(reading.mode) ?? null;
    const later: CacheSample = { reading, atMs: page.atMs };
    this.earlier.set(reading.mode, later);
    const cache = cacheOf(factsOf(page, id), reading, cacheRates(earlier, later));
    return { cache, gaps: cacheGaps(cache, reading, compareCaches(earlier, later), null) };
  }
}

function factsOf({ engineId, version, healthy, config }: LmcachePage, id: string): CacheFacts {
  return { id, engineId, version: version ?? null, healthy: healthy ?? null, config: config ?? NO_CONFIG };
}

function baseId({ url, engineId }: LmcachePage): string {
  return engineId === null ? url : `${engineId}/lmcache`;
}

function idOf(page: LmcachePage, reading: CacheReading, all: readonly CacheReading[]): string {
  return all.length > 1 ? `${baseId(page)}#${reading.mode}` : baseId(page);
}

function unreadable(page: LmcachePage, problems: readonly string[]): Gap[] {
  if (problems.length === 0) return [];
  const named = problems.slice(0, MAX_PROBLEMS_NAMED).join('; ');
  return [{ signal: 'caches', status: 'partial', reason: `${baseId(page)} has unreadable text on its page: ${named}` }];
}
