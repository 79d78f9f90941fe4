import type { EngineView } from '../../machine/machine-view.js';
import { type CachePageFacts, lmcacheFamilies } from '../cache/lmcache-families.js';
import { pythonNumber, renamedFamilies, renderPage, SIMULATED_MARK } from '../prometheus/families.js';
import { type HttpCounts, httpFamilies } from './http-families.js';
import { processFamilies } from './process-families.js';
import { vllmFamilies } from './vllm-families.js';

export interface EnginePageFacts {
  readonly engine: EngineView;
  /** Its LMCache, where the page tells of it; else null. */
  readonly cache: CachePageFacts | null;
  readonly http: HttpCounts;
}

/** Names without `_total` and the new names for them, prefix included: `vllm:kv_cache_usage_perc`. */
export type Renames = Readonly<Record<string, string>>;

/** The `/metrics` page of a vLLM V1 engine. */
export function vllmPage({ engine, cache, http }: EnginePageFacts, renames: Renames = {}): string {
  const families = [
    ...processFamilies(engine),
    ...vllmFamilies(engine),
    ...(cache === null ? [] : lmcacheFamilies(cache, engine)),
    ...httpFamilies(engine, http),
  ];
  return renderPage([...renamedFamilies(families, renames), SIMULATED_MARK], pythonNumber);
}
