import { performance } from 'node:perf_hooks';
import type { Engine, Gap, SectionStatus } from '@app/core';
import { type Comparison, downEngine, engineGaps, upEngine } from './engine-assembly.js';
import type { EngineEndpoint } from './engine-endpoint.js';
import { type EngineSample, engineRates, hasRestarted } from './engine-rates.js';
import { fetchText } from '../http/http-text.js';
import { type EngineReading, mapVllmPage, type VllmPage } from './vllm-page.mapper.js';

const MAX_PAGE_BYTES = 8 * 1024 * 1024;
const MAX_VERSION_BYTES = 64 * 1024;
const VERSION_TIMEOUT_MS = 1_000;
/** An engine without `/version` is not asked for it at every sample. */
const VERSION_RETRY_MS = 60_000;
const VERSION = /^[\w.+-]{1,64}$/;

export interface EngineAnswer {
  readonly status: Extract<SectionStatus, 'ok' | 'partial' | 'failed' | 'denied' | 'timeout'>;
  readonly engines: readonly Engine[];
  readonly gaps: readonly Gap[];
  readonly simulated: boolean;
}

/** Scrapes one address and remembers the sample before, so that rates can be given. */
export class EngineClient {
  private readonly earlier = new Map<string, EngineSample>();
  private knownIds: readonly string[];
  private version: string | null = null;
  private versionAskedAtMs: number | null = null;

  constructor(
    readonly endpoint: EngineEndpoint,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.knownIds = [endpoint.baseUrl];
  }

  /** Never throws for an engine that fails. */
  async scrape(timeoutMs: number): Promise<EngineAnswer> {
    const { baseUrl, headers } = this.endpoint;
    const startedAtMs = this.monotonicMs();
    const answer = await fetchText(`${baseUrl}/metrics`, { timeoutMs, maxBytes: MAX_PAGE_BYTES, headers });
    if (!answer.ok) return this.notRead(answer.status, answer.reason, true);
    const atMs = this.monotonicMs();
    const page = mapVllmPage(answer.text);
    if (page.foreign !== null)
      return this.notRead('failed', `is no vLLM engine: it answered with ${page.foreign}`, false);
    if (this.sawRestart(page)) this.forgetVersion();
    await this.learnVersion(timeoutMs - (atMs - startedAtMs));
    return this.read(page, atMs);
  }

  private read(page: VllmPage, atMs: number): EngineAnswer {
    const gaps: Gap[] = [];
    if (page.problems.length > 0) {
      gaps.push(this.gap('partial', `has unreadable text on its page: ${page.problems.slice(0, 3).join('; ')}`));
    }
    const engines = page.engines.map((reading) => {
      const id = this.idOf(reading, page);
      const earlier = this.earlier.get(id) ?? null;
      const later: EngineSample = { reading, atMs };
      const identity = { id, url: this.endpoint.baseUrl, version: this.version };
      const engine = upEngine(identity, reading, engineRates(earlier, later));
      gaps.push(...engineGaps(engine, comparisonOf(earlier, reading)));
      this.earlier.set(id, later);
      return engine;
    });
    this.knownIds = engines.map(({ id }) => id);
    for (const id of this.earlier.keys()) if (!this.knownIds.includes(id)) this.earlier.delete(id);
    return { status: page.problems.length > 0 ? 'partial' : 'ok', engines, gaps, simulated: page.simulated };
  }

  /** The engines known of this address stay listed when it does not answer; a foreign page says that there are none. */
  private notRead(status: EngineAnswer['status'], reason: string, isDown: boolean): EngineAnswer {
    this.forgetVersion();
    return {
      status,
      engines: isDown ? this.knownIds.map((id) => downEngine(id, this.endpoint.baseUrl)) : [],
      gaps: [this.gap(status, reason)],
      simulated: false,
    };
  }

  private gap(status: SectionStatus, reason: string): Gap {
    return { signal: 'engines', status, reason: `${this.endpoint.baseUrl} ${reason}` };
  }

  private idOf(reading: EngineReading, page: VllmPage): string {
    return page.engines.length > 1 ? `${this.endpoint.baseUrl}#${reading.label}` : this.endpoint.baseUrl;
  }

  private sawRestart(page: VllmPage): boolean {
    return page.engines.some((reading) => {
      const earlier = this.earlier.get(this.idOf(reading, page));
      return earlier !== undefined && hasRestarted(earlier.reading, reading);
    });
  }

  private forgetVersion(): void {
    this.version = null;
    this.versionAskedAtMs = null;
  }

  private async learnVersion(remainingMs: number): Promise<void> {
    const nowMs = this.monotonicMs();
    const wasAsked = this.versionAskedAtMs !== null && nowMs - this.versionAskedAtMs < VERSION_RETRY_MS;
    if (this.version !== null || wasAsked || remainingMs < 1) return;
    this.versionAskedAtMs = nowMs;
    const answer = await fetchText(`${this.endpoint.baseUrl}/version`, {
      timeoutMs: Math.min(VERSION_TIMEOUT_MS, remainingMs),
      maxBytes: MAX_VERSION_BYTES,
      headers: this.endpoint.headers,
    });
    this.version = answer.ok ? versionIn(answer.text) : null;
  }
}

function comparisonOf(earlier: EngineSample | null, reading: EngineReading): Comparison {
  if (earlier === null) return 'first-sample';
  return hasRestarted(earlier.reading, reading) ? 'restarted' : 'compared';
}

function versionIn(text: string): string | null {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // Other servers answer this path with a page of their own; the engine then has no version, which the gap says.
    return null;
  }
  if (typeof answer !== 'object' || answer === null || !('version' in answer)) return null;
  return typeof answer.version === 'string' && VERSION.test(answer.version) ? answer.version : null;
}
