import { performance } from 'node:perf_hooks';
import type { Settings } from '@app/config';
import type { Clock, Engine, Gap, Section } from '@app/core';
import { engineEndpoints } from './engine-endpoint.js';
import { type EngineAnswer, EngineClient } from './engine.client.js';

export interface EnginesReading {
  readonly section: Section;
  readonly engines: readonly Engine[];
  readonly gaps: readonly Gap[];
  readonly simulated: boolean;
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
    if (this.clients.length === 0) return notConfigured(collectedAt);
    const startedAtMs = this.monotonicMs();
    const answers = await Promise.all(this.clients.map((client) => client.scrape(timeoutMs)));
    const status = overallStatus(answers);
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
      engines: isRead ? answers.flatMap((answer) => answer.engines) : [],
      gaps,
      simulated: answers.some((answer) => answer.simulated),
    };
  }
}

function notConfigured(collectedAt: string): EnginesReading {
  const reason = 'no ENGINE_URLS configured';
  return {
    section: { status: 'absent', source: null, collectedAt, durationMs: 0, detail: reason },
    engines: [],
    gaps: [{ signal: 'engines', status: 'absent', reason }],
    simulated: false,
  };
}

function overallStatus(answers: readonly EngineAnswer[]): EngineAnswer['status'] {
  const statuses = new Set(answers.map(({ status }) => status));
  const [only] = statuses;
  if (statuses.size === 1 && only !== undefined) return only;
  return statuses.has('ok') || statuses.has('partial') ? 'partial' : 'failed';
}

function detailOf(gaps: readonly Gap[]): string {
  return gaps
    .filter(({ signal }) => signal === 'engines')
    .map(({ reason }) => reason)
    .join('; ');
}
