import { performance } from 'node:perf_hooks';
import type { Cache, Gap, SectionStatus } from '@app/core';
import type { EngineEndpoint } from '../engine/engine-endpoint.js';
import { fetchText, type HttpText } from '../http/http-text.js';
import { LmcacheFactsReader } from './lmcache-facts.js';
import { type HealthAnswer, LmcacheHealth } from './lmcache-health.js';
import { lmcacheModeOf } from './lmcache-page.mapper.js';
import { LmcacheTracker, type TrackedCaches } from './lmcache.tracker.js';

const MAX_PAGE_BYTES = 8 * 1024 * 1024;
/** Health and facts are asked beside the page, and not waited for as long as that. */
const SIDE_TIMEOUT_MS = 1_000;

export interface CacheAnswer {
  readonly status: Extract<SectionStatus, 'ok' | 'partial' | 'failed' | 'denied' | 'timeout'>;
  readonly caches: readonly Cache[];
  readonly gaps: readonly Gap[];
  readonly simulated: boolean;
}

/**
 * Reads an internal API server or an MP server, recognised by what it answers. Both have paths that run scripts, clear
 * the cache or show the environment, without asking who calls: nothing but reads of the paths named in this folder.
 */
export class LmcacheClient {
  private readonly tracker = new LmcacheTracker();
  private readonly health: LmcacheHealth;
  private readonly facts: LmcacheFactsReader;
  private mode: Cache['mode'] | null = null;

  constructor(
    readonly endpoint: EngineEndpoint,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.health = new LmcacheHealth(endpoint, monotonicMs);
    this.facts = new LmcacheFactsReader(endpoint, monotonicMs);
  }

  /** Never throws for a cache that fails. */
  async scrape(timeoutMs: number): Promise<CacheAnswer> {
    const startedAtMs = this.monotonicMs();
    const [{ page, atMs }, health] = await Promise.all([
      this.fetchPage(timeoutMs),
      this.health.ask(Math.min(SIDE_TIMEOUT_MS, timeoutMs)),
    ]);
    const text = page.ok ? page.text : '';
    this.mode = lmcacheModeOf(text) ?? health.mode ?? this.mode;
    if (!page.ok && health.healthy === null) return this.notRead(page.status, page.reason);
    if (this.mode === null) return this.notRead('failed', 'is no LMCache by its metrics, nor by any health check');
    const remainingMs = timeoutMs - (this.monotonicMs() - startedAtMs);
    const facts = await this.facts.read(this.mode, Math.min(SIDE_TIMEOUT_MS, remainingMs));
    const tracked = this.tracker.read({
      url: this.endpoint.baseUrl,
      engineId: null,
      text,
      atMs,
      mode: this.mode,
      healthy: bothHealthy(health, facts.healthy),
      version: facts.version,
      config: facts.config,
      ...(page.ok ? {} : { emptyBecause: `its metrics page ${page.reason}` }),
    });
    return this.answerOf(tracked, page);
  }

  private answerOf(tracked: TrackedCaches, page: HttpText): CacheAnswer {
    const { caches, gaps, simulated, problems } = tracked;
    if (page.ok) return { status: problems.length > 0 ? 'partial' : 'ok', caches, gaps, simulated };
    // A server that says how it is and has no page (it pushes its metrics, or is about to go) is read in part.
    return { status: 'partial', caches, gaps: [this.gap('partial', page.reason), ...gaps], simulated };
  }

  private notRead(status: CacheAnswer['status'], reason: string): CacheAnswer {
    return { status, caches: [], gaps: [this.gap(status, reason)], simulated: false };
  }

  private gap(status: CacheAnswer['status'], reason: string): Gap {
    return { signal: 'caches', status, reason: `${this.endpoint.baseUrl} ${reason}` };
  }

  /** The instant is that of the page, whatever else is waited for. */
  private async fetchPage(timeoutMs: number): Promise<{ page: HttpText; atMs: number }> {
    const { baseUrl, headers } = this.endpoint;
    const page = await fetchText(`${baseUrl}/metrics`, { timeoutMs, maxBytes: MAX_PAGE_BYTES, headers });
    return { page, atMs: this.monotonicMs() };
  }
}

/** The check is of now, the state up to a minute old: either may know of something that is wrong. */
function bothHealthy(check: HealthAnswer, state: boolean | null): boolean | null {
  return check.healthy === false || state === false ? false : (check.healthy ?? state);
}
