import { httpGet } from '../http/http-get.js';
import type { EngineEndpoint } from './engine-endpoint.js';

/** What `/health` says: true for 200, false for 503, null for everything else, no answer included. Never throws. */
export async function askHealth(endpoint: EngineEndpoint, timeoutMs: number): Promise<boolean | null> {
  try {
    const { baseUrl, headers } = endpoint;
    return await httpGet(`${baseUrl}/health`, { timeoutMs, headers }, async ({ statusCode }) => verdictOf(statusCode));
  } catch {
    // Why an address can't be reached is told by the scrape of its metrics, which is made at the same time.
    return null;
  }
}

/** Other statuses are of a server without that path, or of something in front of the engine. */
export function verdictOf(httpStatus: number | undefined): boolean | null {
  if (httpStatus === 200) return true;
  return httpStatus === 503 ? false : null;
}
