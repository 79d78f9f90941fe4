import type { Cache } from '@app/core';
import type { EngineEndpoint } from '../engine/engine-endpoint.js';
import { fetchText, type HttpText } from '../http/http-text.js';
import { healthIn } from './lmcache-answers.js';

const MAX_ANSWER_BYTES = 64 * 1024;
/** An address without any of the paths is not asked for all of them at every sample. */
const SEARCH_RETRY_MS = 60_000;

interface HealthPath {
  readonly path: string;
  readonly mode: Cache['mode'];
}

/** Newest first. The MP server has the last one too, but about its threads only; there an earlier one answers. */
const PATHS: readonly HealthPath[] = [
  { path: '/healthcheck', mode: 'mp' },
  { path: '/api/healthcheck', mode: 'mp' },
  { path: '/periodic-threads-health', mode: 'in-process' },
];

export interface HealthAnswer {
  readonly healthy: boolean | null;
  /** Generation of the server that has the path; null where none of the paths answered. */
  readonly mode: Cache['mode'] | null;
}

const UNKNOWN: HealthAnswer = { healthy: null, mode: null };

/** Asks an address how it is, at whichever of the health paths it has. */
export class LmcacheHealth {
  private known: HealthPath | null = null;
  private searchedAtMs: number | null = null;

  constructor(
    private readonly endpoint: EngineEndpoint,
    private readonly monotonicMs: () => number,
  ) {}

  /** Never throws; no answer is null, for why an address can't be reached is told by the scrape of its metrics. */
  async ask(timeoutMs: number): Promise<HealthAnswer> {
    const startedAtMs = this.monotonicMs();
    if (this.known === null && this.searchedAtMs !== null && startedAtMs - this.searchedAtMs < SEARCH_RETRY_MS) {
      return UNKNOWN;
    }
    for (const candidate of this.known === null ? PATHS : [this.known]) {
      const remainingMs = timeoutMs - (this.monotonicMs() - startedAtMs);
      const answer = await this.get(candidate.path, remainingMs);
      const healthy = verdictOf(candidate, answer);
      if (healthy !== null) {
        this.known = candidate;
        return { healthy, mode: candidate.mode };
      }
      // Who does not answer in time or at all has not said that the path is none of its own.
      if (!answer.ok && !isHttpAnswer(answer)) return UNKNOWN;
    }
    this.searchedAtMs = this.known === null ? this.monotonicMs() : null;
    this.known = null;
    return UNKNOWN;
  }

  private get(path: string, timeoutMs: number): Promise<HttpText> {
    const { baseUrl, headers } = this.endpoint;
    return fetchText(`${baseUrl}${path}`, { timeoutMs, maxBytes: MAX_ANSWER_BYTES, headers });
  }
}

/** The internal API answers 200 whatever it says, so there only the text counts. */
function verdictOf({ mode }: HealthPath, answer: HttpText): boolean | null {
  if (answer.ok) return healthIn(answer.text);
  return mode === 'mp' && /\bHTTP status 503$/.test(answer.reason) ? false : null;
}

// `fetchText` tells a status in words only.
function isHttpAnswer(answer: Extract<HttpText, { ok: false }>): boolean {
  return /\bHTTP status \d{3}$/.test(answer.reason);
}
