import { performance } from 'node:perf_hooks';
import { fetchText } from '../http/http-text.js';
import type { EngineEndpoint } from './engine-endpoint.js';
import { askHealth } from './engine-health.js';
import { mapEnginePage } from './engine-page.mapper.js';
import { type EngineAnswer, EngineTracker } from './engine-tracker.js';
import { versionIn } from './engine-version.js';

const MAX_PAGE_BYTES = 8 * 1024 * 1024;
const MAX_VERSION_BYTES = 64 * 1024;
const HEALTH_TIMEOUT_MS = 1_000;
const VERSION_TIMEOUT_MS = 1_000;
/** An engine without `/version` is not asked for it at every sample. */
const VERSION_RETRY_MS = 60_000;

/** A metrics page as it was fetched. */
export interface ScrapedPage {
  /** Base URL of the address. */
  readonly url: string;
  /** Null where the page is no engine's or that of several. */
  readonly engineId: string | null;
  readonly text: string;
  readonly atMs: number;
}

export interface EngineScrape extends EngineAnswer {
  /** Null where none was read. */
  readonly page: ScrapedPage | null;
}

/** Scrapes one address. */
export class EngineClient {
  private readonly tracker: EngineTracker;
  private version: string | null = null;
  private versionAskedAtMs: number | null = null;

  constructor(
    readonly endpoint: EngineEndpoint,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.tracker = new EngineTracker(endpoint.baseUrl);
  }

  /** Never throws for an engine that fails. */
  async scrape(timeoutMs: number): Promise<EngineScrape> {
    const startedAtMs = this.monotonicMs();
    const [{ answer, atMs }, healthy] = await Promise.all([
      this.fetchPage(timeoutMs),
      askHealth(this.endpoint, Math.min(HEALTH_TIMEOUT_MS, timeoutMs)),
    ]);
    if (!answer.ok) {
      this.forgetVersion();
      return { ...this.tracker.down(answer.status, answer.reason, healthy), page: null };
    }
    const page = mapEnginePage(answer.text);
    if (page.foreign !== null || this.tracker.sawRestart(page, atMs)) this.forgetVersion();
    if (page.foreign === null) await this.learnVersion(timeoutMs - (this.monotonicMs() - startedAtMs));
    const read = this.tracker.readPage(page, { atMs, version: this.version, healthy });
    const engineId = read.engines.length === 1 ? (read.engines[0]?.id ?? null) : null;
    return { ...read, page: { url: this.endpoint.baseUrl, engineId, text: answer.text, atMs } };
  }

  /** The instant is that of the page, whatever else is waited for. */
  private async fetchPage(timeoutMs: number): Promise<{ answer: Awaited<ReturnType<typeof fetchText>>; atMs: number }> {
    const { baseUrl, headers } = this.endpoint;
    const answer = await fetchText(`${baseUrl}/metrics`, { timeoutMs, maxBytes: MAX_PAGE_BYTES, headers });
    return { answer, atMs: this.monotonicMs() };
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
