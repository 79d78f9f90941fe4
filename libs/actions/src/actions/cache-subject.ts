import type { Cache, Finding, Snapshot, Subject } from '@app/core';
import type { HttpExecutor } from '../executors/http.executor.js';
import { addressOf } from './engine-subject.js';
import { impossible } from './proposals.js';
import { enginesOfCache } from './reach.js';

type Impossible = ReturnType<typeof impossible>;

export const REMOTE_BACKEND = 'RemoteBackend';

export function subjectOfCache({ id }: Cache): Subject {
  return { kind: 'cache', id, label: id };
}

/** A tier behind a network, by what the cache publishes about it. */
export function hasRemoteTier({ remotePingErrorCode, remoteLatencySeconds, counters }: Cache): boolean {
  return remotePingErrorCode !== null || remoteLatencySeconds !== null || (counters.remoteReads ?? 0) > 0;
}

/** The address that a cache can be asked and told things at; null for one that is only seen on an engine's page. */
export function cacheAddress({ id }: Pick<Cache, 'id'>, http: Pick<HttpExecutor, 'has'>): string | null {
  const url = addressOf(id);
  return http.has(url) ? url : null;
}

/**
 * The caches to act on for a finding, the subject's first. A finding about an engine's page, an engine or the host stands
 * for the caches with an address of their own that belong to it. With one engine only, all addresses are its workers,
 * and a setting is for all of them.
 */
export function cachesForFinding(
  { subject }: Finding,
  snapshot: Snapshot,
  { mode, http, prefers }: CacheQuestion,
): readonly [Cache, ...Cache[]] | Impossible {
  const addressed = snapshot.caches.filter((cache) => cache.mode === mode && cacheAddress(cache, http) !== null);
  if (addressed.length === 0) return impossible(`no ${mode} cache has a configured address (LMCACHE_URLS)`);
  const own = addressed.find(({ id }) => id === subject.id);
  if (own !== undefined) return withWorkers(own, addressed, snapshot);
  const related = addressed.filter((cache) => isRelated(cache, subject, snapshot));
  const preferred = related.filter((cache) => prefers?.(cache) ?? true);
  const [first, ...others] = preferred.length > 0 ? preferred : related;
  if (first === undefined) return impossible(`no cache with a configured address belongs to ${subject.label}`);
  if (others.length === 0 || snapshot.engines.length === 1) return withWorkers(first, addressed, snapshot);
  return impossible(`which of ${others.length + 1} caches is meant by ${subject.label} is not known`);
}

export interface CacheQuestion {
  readonly mode: Cache['mode'];
  readonly http: Pick<HttpExecutor, 'has'>;
  /** Chooses among several caches of a host or an engine. */
  readonly prefers?: (cache: Cache) => boolean;
}

function withWorkers(own: Cache, addressed: readonly Cache[], { engines }: Snapshot): readonly [Cache, ...Cache[]] {
  const isInProcess = own.mode === 'in-process' && engines.length === 1;
  return isInProcess ? [own, ...addressed.filter(({ id }) => id !== own.id)] : [own];
}

function isRelated(cache: Cache, subject: Subject, snapshot: Snapshot): boolean {
  if (subject.kind === 'host' || subject.kind === 'fleet') return true;
  const engineId =
    subject.kind === 'engine' ? subject.id : snapshot.caches.find(({ id }) => id === subject.id)?.engineId;
  return enginesOfCache(cache, snapshot).some(({ id }) => id === engineId);
}
