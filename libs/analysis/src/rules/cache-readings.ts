import type { Cache, CandidateAction, Engine, HistogramReading, Snapshot } from '@app/core';
import { bucketShare, histogramRise, isFiniteBound } from '../histogram-shares.js';
import { counterDelta } from './derived-readings.js';
import { engineIn } from './history-readings.js';
import { type LookBack, rememberedLookBack } from './look-back.js';
import type { RuleSample } from './rule.js';

/** LMCache's own name of the tier behind a network, which only the one inside the engine can bypass. */
const REMOTE_BACKEND = 'RemoteBackend';

/** The engine that a cache serves: that on whose page it is, else the only one there is; null where it may be several. */
export function engineOf(cache: Cache, snapshot: Snapshot): Engine | null {
  if (cache.engineId !== null) return engineIn(snapshot, cache.engineId) ?? null;
  return snapshot.engines.length === 1 ? (snapshot.engines[0] ?? null) : null;
}

export function cacheIn(snapshot: Snapshot, cacheId: string): Cache | null {
  return snapshot.caches.find(({ id }) => id === cacheId) ?? null;
}

/** A counter that fell: the cache was restarted, or its counters were set back. */
export function wasReset(before: Cache, after: Cache): boolean {
  for (const name of Object.keys(after.counters) as (keyof Cache['counters'])[]) {
    const [earlier, later] = [before.counters[name], after.counters[name]];
    if (earlier !== null && later !== null && later < earlier) return true;
  }
  return false;
}

/** Back over the last seconds of a cache's counters, or over what there is of them since they began. */
export const cacheLookBack = rememberedLookBack(wasReset);

/** How far a counter of the cache rose since an earlier sample. */
export function cacheRise(
  start: RuleSample<Cache>,
  sample: RuleSample<Cache>,
  name: keyof Cache['counters'],
): number | null {
  return counterDelta(start.state.counters[name], sample.state.counters[name]);
}

/** Found tokens as a share of those looked up; null when nothing was looked up or either is unknown. */
export function hitShare(start: RuleSample<Cache>, sample: RuleSample<Cache>): number | null {
  const lookups = cacheRise(start, sample, 'lookupTokens');
  const hits = cacheRise(start, sample, 'hitTokens');
  return lookups === null || lookups === 0 || hits === null ? null : Math.min(1, hits / lookups);
}

/** Mean of the observations between two readings; null without any. */
export function meanBetween(
  before: HistogramReading | null | undefined,
  after: HistogramReading | null | undefined,
): number | null {
  const rise = histogramRise(before, after ?? null);
  return rise && rise.count > 0 ? rise.sum / rise.count : null;
}

/** Observations up to the highest bucket bound that is not above the limit, so that none of them is larger. */
export function observationsUpTo(
  before: HistogramReading | null | undefined,
  after: HistogramReading | null | undefined,
  limit: number,
): number | null {
  if (!before || !after) return null;
  const index = after.upperBounds.findLastIndex((bound) => isFiniteBound(bound) && bound <= limit);
  if (index === -1) return histogramRise(before, after) && 0;
  const share = bucketShare(before, after, index);
  return share && share.observations - share.above;
}

/** Prompt tokens that an engine computed per second of prefill, those found in a cache not counted. */
export function prefillTokensPerSecond(before: Engine | null, after: Engine | null): number | null {
  if (!before || !after || before.id !== after.id) return null;
  const rise = (name: keyof Engine['counters']) => counterDelta(before.counters[name], after.counters[name]);
  const prompt = rise('promptTokens');
  const seconds = histogramRise(before.histograms.prefillTime, after.histograms.prefillTime)?.sum;
  if (prompt === null || !seconds) return null;
  const computed = prompt - (rise('prefixCacheHits') ?? 0) - (rise('externalCacheHits') ?? 0);
  return computed > 0 ? computed / seconds : null;
}

/** Slow retrievals per minute as LMCache counts them. */
export function slowRetrievalsPerMinute({ start, seconds }: LookBack<Cache>, sample: RuleSample<Cache>): number | null {
  const slow = cacheRise(start, sample, 'slowRetrievals');
  return slow === null || seconds <= 0 ? null : (slow / seconds) * 60;
}

/** Whether the cache has a tier behind a network. */
export function hasRemoteTier(cache: Cache): boolean {
  return cache.remotePingErrorCode !== null || (cache.counters.remoteReads ?? 0) > 0;
}

/** Takes the remote tier out of use; none where there is no call for it, as in the MP server. */
export function remoteBypass(cache: Cache): CandidateAction[] {
  return cache.mode === 'in-process'
    ? [{ type: 'lmcache-bypass-add', parameters: { backendName: REMOTE_BACKEND } }]
    : [];
}
