import type { HistogramReading } from './engine.js';

/** A KV cache beside the engine. Counters and histograms are cumulative as scraped. */
export interface Cache {
  readonly id: string;
  readonly kind: 'lmcache';
  readonly mode: 'in-process' | 'mp';
  readonly healthy: boolean | null;
  readonly hitRatio: number | null;
  /** What the ratio divides by, e.g. `lookup tokens`. */
  readonly hitRatioBasis: string | null;
  readonly usageRatio: number | null;
  readonly usedBytes: number | null;
  readonly capacityBytes: number | null;
  readonly evictionsPerSecond: number | null;
  readonly retrieveSpeedTokensPerSecond: number | null;
  readonly remoteLatencySeconds: number | null;
  readonly version: string | null;
  readonly model: string | null;
  /** Engine on whose page it was found; null for an address of its own. */
  readonly engineId: string | null;
  /** 0 = ok; null where there is no remote tier. */
  readonly remotePingErrorCode: number | null;
  readonly pinnedObjects: number | null;
  /** Share of chunks seen before, where chunk statistics are on. */
  readonly chunkReuseRatio: number | null;
  readonly chunkSizeTokens: number | null;
  readonly counters: {
    readonly lookupTokens: number | null;
    readonly hitTokens: number | null;
    /** Found in the second tier (disk, remote). */
    readonly secondTierHitTokens: number | null;
    readonly storedTokens: number | null;
    readonly retrieveRequests: number | null;
    readonly evictions: number | null;
    readonly storedChunks: number | null;
    readonly evictionFailures: number | null;
    readonly remoteReads: number | null;
    readonly slowRetrievals: number | null;
    /** Allocations, puts and prefetches that failed for want of room. */
    readonly allocationFailures: number | null;
    readonly forcedUnpins: number | null;
  };
  readonly histograms: {
    readonly retrieveTime: HistogramReading | null;
    /** Tokens per second. */
    readonly retrieveSpeed: HistogramReading | null;
    readonly remoteGetTime: HistogramReading | null;
    /** Seconds from eviction to the next use. */
    readonly evictionToReuse: HistogramReading | null;
  };
}
