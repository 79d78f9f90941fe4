import type { Cache } from '@app/core';
import type { EngineEndpoint } from '../engine/engine-endpoint.js';
import { fetchText } from '../http/http-text.js';
import {
  CONFIG_KEYS,
  configIn,
  type LmcacheConfig,
  lmcacheVersionIn,
  mergedConfig,
  type MpStatus,
  mpStatusIn,
  NO_CONFIG,
} from './lmcache-answers.js';

const MAX_ANSWER_BYTES = 1024 * 1024;
/** `/status` of the MP server walks through every object under the lock of its cache, so it is asked seldom. */
const FACTS_INTERVAL_MS = 60_000;

/** What changes at most with a restart. */
export interface LmcacheFacts {
  readonly version: string | null;
  readonly config: LmcacheConfig;
  /** Of all parts of an MP server; its health check knows only that there is an engine. */
  readonly healthy: boolean | null;
}

const NO_FACTS: LmcacheFacts = { version: null, config: NO_CONFIG, healthy: null };

/** Reads version, configuration and state of an address, at most once a minute. */
export class LmcacheFactsReader {
  private facts = NO_FACTS;
  private askedAtMs: number | null = null;

  constructor(
    private readonly endpoint: EngineEndpoint,
    private readonly monotonicMs: () => number,
  ) {}

  /** Never throws; what an address does not tell is null. */
  async read(mode: Cache['mode'], timeoutMs: number): Promise<LmcacheFacts> {
    const nowMs = this.monotonicMs();
    const isFresh = this.askedAtMs !== null && nowMs - this.askedAtMs < FACTS_INTERVAL_MS;
    if (isFresh || timeoutMs < 1) return this.facts;
    this.askedAtMs = nowMs;
    const [version, config, status] = await Promise.all([
      this.first(['/lmc_version', '/version'], lmcacheVersionIn, timeoutMs),
      // Asked for by name, so that the internal API does not even send what may be secret.
      this.first([`/conf?names=${CONFIG_KEYS.join(',')}`], configIn, timeoutMs),
      mode === 'mp' ? this.first<MpStatus>(['/status', '/api/status'], mpStatusIn, timeoutMs) : Promise.resolve(null),
    ]);
    this.facts = {
      version,
      config: mergedConfig(status?.config ?? NO_CONFIG, config ?? NO_CONFIG),
      healthy: status?.healthy ?? null,
    };
    return this.facts;
  }

  /** The first path that has an answer. */
  private async first<T>(
    paths: readonly string[],
    read: (text: string) => T | null,
    timeoutMs: number,
  ): Promise<T | null> {
    const startedAtMs = this.monotonicMs();
    const { baseUrl, headers } = this.endpoint;
    for (const path of paths) {
      const remainingMs = timeoutMs - (this.monotonicMs() - startedAtMs);
      if (remainingMs < 1) return null;
      const answer = await fetchText(`${baseUrl}${path}`, {
        timeoutMs: remainingMs,
        maxBytes: MAX_ANSWER_BYTES,
        headers,
      });
      const value = answer.ok ? read(answer.text) : null;
      if (value !== null) return value;
    }
    return null;
  }
}
