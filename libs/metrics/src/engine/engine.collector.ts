import { performance } from 'node:perf_hooks';
import type { Settings } from '@app/config';
import type { Clock } from '@app/core';
import { engineEndpoints } from './engine-endpoint.js';
import { EngineClient, type ScrapedPage } from './engine.client.js';
import { absentEngines, combineEngineAnswers, type EngineSection } from './engines-reading.js';
import { pageKinds } from './page-kind.js';

export interface EnginesReading extends EngineSection {
  /** Pages read this time that have series of LMCache too, for whoever reads those: no second request is needed. */
  readonly pages: readonly ScrapedPage[];
}

/** Reads every configured engine; one that hangs costs the others nothing. */
export class EngineCollector {
  private readonly clients: readonly EngineClient[];

  constructor(
    settings: Settings,
    private readonly clock: Clock,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.clients = engineEndpoints(settings.sources.engineUrls).map(
      (endpoint) => new EngineClient(endpoint, monotonicMs),
    );
  }

  /** Never throws for an engine that fails; answers within the deadline. */
  async collect(timeoutMs: number): Promise<EnginesReading> {
    const collectedAt = this.clock.isoNow();
    if (this.clients.length === 0) return { ...absentEngines('no ENGINE_URLS configured', collectedAt), pages: [] };
    const startedAtMs = this.monotonicMs();
    const answers = await Promise.all(this.clients.map((client) => client.scrape(timeoutMs)));
    const origin = {
      source: this.clients.map(({ endpoint }) => `${endpoint.baseUrl}/metrics`).join(', '),
      collectedAt,
      durationMs: Math.round(this.monotonicMs() - startedAtMs),
    };
    return {
      ...combineEngineAnswers(answers, origin),
      pages: answers.flatMap(({ page }) => (page !== null && pageKinds(page.text).has('lmcache') ? [page] : [])),
    };
  }
}
