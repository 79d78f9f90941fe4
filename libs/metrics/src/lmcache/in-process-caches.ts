import type { ScrapedPage } from '../engine/engine.client.js';
import { absentCaches, type CachesReading, NO_SERIES } from './caches-reading.js';
import { LmcacheTracker, type TrackedCaches } from './lmcache.tracker.js';

/** Finds LMCache on engines' pages, without asking anybody again, and remembers each page's sample before. */
export class InProcessCaches {
  private readonly trackers = new Map<string, LmcacheTracker>();

  read(pages: readonly ScrapedPage[], at: string): CachesReading {
    const found = pages
      .map((page) => ({ page, tracked: this.trackerOf(page).read(withOwnId(page)) }))
      .filter(({ tracked }) => tracked.caches.length > 0);
    if (found.length === 0) return absentCaches(NO_SERIES, at);
    const problems = found.flatMap(({ tracked }) => detailsOf(tracked));
    return {
      section: {
        status: problems.length > 0 ? 'partial' : 'ok',
        source: found.map(({ page }) => `${page.url}/metrics`).join(', '),
        collectedAt: at,
        durationMs: 0,
        detail: problems.length > 0 ? problems.join('; ') : null,
      },
      caches: found.flatMap(({ tracked }) => tracked.caches),
      gaps: found.flatMap(({ tracked }) => tracked.gaps),
      simulated: found.some(({ tracked }) => tracked.simulated),
    };
  }

  private trackerOf({ url }: ScrapedPage): LmcacheTracker {
    const tracker = this.trackers.get(url) ?? new LmcacheTracker();
    this.trackers.set(url, tracker);
    return tracker;
  }
}

/** A page of several engines has no single engine id; its cache must still not be named like an address of its own. */
function withOwnId(page: ScrapedPage): ScrapedPage {
  return page.engineId === null ? { ...page, url: `${page.url}/lmcache` } : page;
}

function detailsOf({ gaps }: TrackedCaches): string[] {
  return gaps.filter(({ signal }) => signal === 'caches').map(({ reason }) => reason);
}
