import type { Engine, Gap, SectionStatus } from '@app/core';
import { downEngine, upEngine } from './engine-assembly.js';
import { engineGaps } from './engine-gaps.js';
import type { EnginePage } from './engine-page.js';
import { mapEnginePage } from './engine-page.mapper.js';
import { compareSamples, type EngineSample, engineRates } from './engine-rates.js';
import type { EngineReading } from './engine-reading.js';

export interface EngineAnswer {
  readonly status: Extract<SectionStatus, 'ok' | 'partial' | 'failed' | 'denied' | 'timeout'>;
  readonly engines: readonly Engine[];
  readonly gaps: readonly Gap[];
  readonly simulated: boolean;
}

/** When a page was fetched, and what else its address said at that time. */
export interface ScrapeFacts {
  readonly atMs: number;
  readonly version: string | null;
  readonly healthy: boolean | null;
}

/** Remembers the sample before of each engine behind one address, so that rates can be given; does no I/O. */
export class EngineTracker {
  private readonly earlier = new Map<string, EngineSample>();
  private known: readonly Pick<Engine, 'id' | 'kind'>[];

  /** The address is known by its base URL; where that is not known (in a recording) by a name, with null for the URL. */
  constructor(
    private readonly address: string,
    private readonly url: string | null = address,
  ) {
    this.known = [{ id: address, kind: 'vllm' }];
  }

  read(scrape: ScrapeFacts & { readonly text: string }): EngineAnswer {
    return this.readPage(mapEnginePage(scrape.text), scrape);
  }

  readPage(page: EnginePage, { atMs, version, healthy }: ScrapeFacts): EngineAnswer {
    if (page.foreign !== null) return this.foreign(page.foreign);
    const gaps = this.pageGaps(page);
    const status = gaps.length > 0 ? 'partial' : 'ok';
    const engines = page.engines.map((reading) => {
      const id = this.idOf(reading, page);
      const earlier = this.earlier.get(id) ?? null;
      const later: EngineSample = { reading, atMs };
      const engine = upEngine({ id, url: this.url, version, healthy }, reading, engineRates(earlier, later));
      gaps.push(...engineGaps(engine, compareSamples(earlier, later)));
      // Also when it is not later: after a step back of the clock that is what the next one has to be compared with.
      this.earlier.set(id, later);
      return engine;
    });
    this.known = engines.map(({ id, kind }) => ({ id, kind }));
    for (const id of this.earlier.keys()) if (!engines.some((engine) => engine.id === id)) this.earlier.delete(id);
    return { status, engines, gaps, simulated: page.simulated };
  }

  /** The engines known of this address stay listed when it does not answer, and so do their samples. */
  down(status: EngineAnswer['status'], reason: string, healthy: boolean | null = null): EngineAnswer {
    const engines = this.known.map(({ id, kind }) => downEngine({ id, kind, url: this.url, healthy }));
    return { status, engines, gaps: [this.gap(status, reason)], simulated: false };
  }

  sawRestart(page: EnginePage, atMs: number): boolean {
    return page.engines.some((reading) => {
      const earlier = this.earlier.get(this.idOf(reading, page)) ?? null;
      return compareSamples(earlier, { reading, atMs }) === 'restarted';
    });
  }

  /** Something else answers at this address: no engine is there. */
  private foreign(description: string): EngineAnswer {
    const reason = `is no vLLM or SGLang engine: it answered with ${description}`;
    return { status: 'failed', engines: [], gaps: [this.gap('failed', reason)], simulated: false };
  }

  private pageGaps({ problems, isUnknownVersion }: EnginePage): Gap[] {
    const texts = problems.length > 0 ? [`has unreadable text on its page: ${problems.slice(0, 3).join('; ')}`] : [];
    if (isUnknownVersion) texts.push('is an engine, but none of its series is known: its version may be too new');
    return texts.map((text) => this.gap('partial', text));
  }

  private gap(status: SectionStatus, reason: string): Gap {
    return { signal: 'engines', status, reason: `${this.address} ${reason}` };
  }

  private idOf({ kind, label }: EngineReading, { engines }: EnginePage): string {
    if (engines.length <= 1) return this.address;
    const isMixed = engines.some((engine) => engine.kind !== kind);
    const parts = isMixed ? [kind, label] : [label];
    return `${this.address}#${parts.filter((part) => part !== '').join('-')}`;
  }
}
