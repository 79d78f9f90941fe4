import { performance } from 'node:perf_hooks';
import type { Settings } from '@app/config';
import type { Clock, Gap } from '@app/core';
import { engineEndpoints } from '../engine/engine-endpoint.js';
import { absentCaches, type CachesReading, NO_URLS, overallStatus } from './caches-reading.js';
import { LmcacheClient } from './lmcache.client.js';

/** Reads every configured cache; one that hangs costs the others nothing. */
export class LmcacheCollector {
  private readonly clients: readonly LmcacheClient[];

  constructor(
    settings: Settings,
    private readonly clock: Clock,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.clients = engineEndpoints(settings.sources.lmcacheUrls).map(
      (endpoint) => new LmcacheClient(endpoint, monotonicMs),
    );
  }

  /** Never throws for a cache that fails; answers within the deadline. */
  async collect(timeoutMs: number): Promise<CachesReading> {
    const collectedAt = this.clock.isoNow();
    if (this.clients.length === 0) return absentCaches(NO_URLS, collectedAt);
    const startedAtMs = this.monotonicMs();
    const answers = await Promise.all(this.clients.map((client) => client.scrape(timeoutMs)));
    const status = overallStatus(answers.map((answer) => answer.status));
    const isRead = status === 'ok' || status === 'partial';
    const gaps = answers.flatMap((answer) => answer.gaps);
    return {
      section: {
        status,
        source: this.clients.map(({ endpoint }) => `${endpoint.baseUrl}/metrics`).join(', '),
        collectedAt,
        durationMs: Math.round(this.monotonicMs() - startedAtMs),
        detail: status === 'ok' ? null : detailOf(gaps),
      },
      caches: isRead ? answers.flatMap((answer) => answer.caches) : [],
      gaps,
      simulated: answers.some((answer) => answer.simulated),
    };
  }
}

function detailOf(gaps: readonly Gap[]): string {
  return gaps
    .filter(({ signal }) => signal === 'caches')
    .map(({ reason }) => reason)
    .join('; ');
}
