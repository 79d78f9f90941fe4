import { around, type Distribution } from './distribution.js';
import type { WorldEngine } from './engine-state.js';
import { HistogramCounter } from './histogram-counter.js';
import type { Random } from './random.js';

export interface CacheOptions {
  /** Inside the engine, or a server of its own. */
  readonly mode: 'in-process' | 'mp';
  /** Position of its engine. */
  readonly engine?: number;
  /** In-process series stand on the engine's page, or on the internal API's. */
  readonly at?: 'engine-page' | 'internal-api';
  readonly port?: number;
  readonly capacityGib?: number;
  readonly chunkSize?: number;
}

const GIB = 1024 ** 3;
/** The server evicts from this share of its memory on, so that a full cache stays there [LMC-MP]. */
export const MP_WATERMARK = 0.8;
/** Bounds as LMCache defines them. */
const SECONDS = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const SPEED = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];
const MILLISECONDS = [1, 5, 10, 20, 40, 60, 80, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];
const REUSE = [1, 5, 10, 30, 60, 120, 300];

const NAMES = [
  'lookupTokens',
  'hitTokens',
  'l2HitTokens',
  'promptTokens',
  'storedTokens',
  'storedChunks',
  'evictedChunks',
  'evictionFailures',
  'retrieves',
  'remoteReads',
  'slowByTime',
  'slowBySpeed',
  'allocationFailures',
  'prefetchFailures',
  'forcedUnpins',
  'pingErrors',
  'pingSuccesses',
] as const;
export type CacheCounterName = (typeof NAMES)[number];

/** An LMCache beside an engine. All public fields may be set at any time and hold until they are set again. */
export class WorldCache {
  readonly mode: 'in-process' | 'mp';
  readonly at: 'engine-page' | 'internal-api';
  readonly url: string;
  readonly capacityBytes: number;
  chunkSize: number;
  /** Of the tokens that the engine's prefix cache lacks. */
  hitRatio = 0.35;
  /** Unhealthy: answers every lookup with nothing and skips stores, without an error [LMC-HEALTH]. */
  isHealthy = true;
  /** Answers at all; only an own address can fail to. */
  isReachable = true;
  /** Share of the local tier in use. */
  usageRatio: number;
  /** Share of new chunks for which an old one has to go; a full cache evicts as much as it stores. */
  evictionShare = 0;
  /** Share of evicted chunks that are asked for again within minutes: direct evidence of thrash [LMC-MP]. */
  evictedReuseShare = 0.01;
  evictionFailuresPerSecond = 0;
  /** Stores nothing, e.g. when prompts are shorter than a chunk. */
  storesNothing = false;
  retrieveTokensPerSecond: Distribution = around(28_000, 1.5);
  /** Share of hits that come from the second tier (disk, remote); 0: there is none. */
  remoteShare = 0;
  remoteGetMilliseconds: Distribution = around(6, 2);
  pingMilliseconds = 0.6;
  /** 0 ok, -1 time-out, -2 other. */
  pingErrorCode = 0;
  hasRemote = false;
  slowRetrievalsPerMinute = 0;
  allocationFailuresPerSecond = 0;
  prefetchFailuresPerSecond = 0;
  pinnedObjects = 3;
  pinnedPerMinute = 0;
  forcedUnpinsPerMinute = 0;
  /** Null: chunk statistics are off. */
  chunkReuseRatio: number | null = null;
  /** Series that this version does not write, by names without prefix. */
  without: readonly string[] = [];
  /** Metrics are not to be had: pushed elsewhere, or written by another process [LMC-OBS]. */
  hasMetrics = true;

  readonly counters = Object.fromEntries(NAMES.map((name) => [name, 0])) as Record<CacheCounterName, number>;
  readonly histograms = {
    retrieveSeconds: new HistogramCounter(SECONDS),
    retrieveSpeed: new HistogramCounter(SPEED),
    remoteMilliseconds: new HistogramCounter(MILLISECONDS),
    evictToReuseSeconds: new HistogramCounter(REUSE),
  };

  #engineStartedAt: number | null;

  constructor(
    readonly options: CacheOptions,
    readonly engine: WorldEngine | null,
  ) {
    this.#engineStartedAt = engine?.startedAt ?? null;
    this.mode = options.mode;
    this.at = options.mode === 'mp' ? 'internal-api' : (options.at ?? 'engine-page');
    this.url = `http://127.0.0.1:${options.port ?? (options.mode === 'mp' ? 8080 : 6999)}`;
    this.capacityBytes = (options.capacityGib ?? 60) * GIB;
    this.chunkSize = options.chunkSize ?? 256;
    this.usageRatio = options.mode === 'mp' ? 0.62 : 0.55;
  }

  get model(): string {
    return this.engine?.model ?? 'meta-llama/Llama-3.1-8B-Instruct';
  }

  /** What the engine finds in it. */
  get effectiveHitRatio(): number {
    return this.isHealthy && this.isReachable ? this.hitRatio : 0;
  }

  /** Full, as after a day of traffic: the MP server rests at its watermark and evicts what it stores. */
  full(): this {
    return Object.assign(this, { usageRatio: this.mode === 'mp' ? MP_WATERMARK : 0.97, evictionShare: 0.97 });
  }

  step(seconds: number, random: Random): void {
    this.followProcess();
    const engine = this.engine;
    const looked = engine === null ? 0 : engine.now.prefixQueriesPerSecond * (1 - engine.now.prefixHitRatio) * seconds;
    const isServed = engine?.isServing === true && this.isReachable;
    if (isServed) this.addTraffic(looked, seconds, random);
    const { counters } = this;
    const perMinute = (rate: number): number => random.events((rate * seconds) / 60);
    counters.slowByTime += perMinute(this.slowRetrievalsPerMinute);
    counters.forcedUnpins += perMinute(this.forcedUnpinsPerMinute);
    this.pinnedObjects += perMinute(this.pinnedPerMinute);
    counters.allocationFailures += random.events(this.allocationFailuresPerSecond * seconds);
    counters.prefetchFailures += random.events(this.prefetchFailuresPerSecond * seconds);
    counters.evictionFailures += random.events(this.evictionFailuresPerSecond * seconds);
    if (this.hasRemote) counters[this.pingErrorCode === 0 ? 'pingSuccesses' : 'pingErrors'] += perMinute(2);
  }

  /** As if the same had happened so many times. */
  scale(factor: number): void {
    for (const name of NAMES) this.counters[name] *= factor;
    for (const histogram of Object.values(this.histograms)) histogram.scale(factor);
  }

  /** The counters begin anew, with the engine's process or by the cache's own restart. */
  reset(): void {
    for (const name of NAMES) this.counters[name] = 0;
    for (const histogram of Object.values(this.histograms)) histogram.reset();
  }

  /** Inside an engine the counters begin anew with its process. */
  private followProcess(): void {
    const startedAt = this.engine?.startedAt ?? null;
    if (this.mode === 'in-process' && startedAt !== this.#engineStartedAt) this.reset();
    this.#engineStartedAt = startedAt;
  }

  private addTraffic(looked: number, seconds: number, random: Random): void {
    const { counters, histograms, engine } = this;
    const hit = looked * this.effectiveHitRatio;
    const whole = (value: number): number => random.whole(value);
    counters.lookupTokens += whole(looked);
    counters.hitTokens += whole(hit);
    counters.l2HitTokens += whole(hit * this.remoteShare);
    counters.promptTokens += whole((engine?.now.promptTokensPerSecond ?? 0) * seconds);
    const stored = this.isHealthy && !this.storesNothing ? looked - hit : 0;
    const chunks = stored / this.chunkSize;
    counters.storedTokens += whole(stored);
    counters.storedChunks += whole(chunks);
    const evicted = whole(chunks * this.evictionShare);
    counters.evictedChunks += evicted;
    histograms.evictToReuseSeconds.observe(around(70, 2.5), random.events(evicted * this.evictedReuseShare), random);
    if (hit <= 0) return;
    const retrieves = random.events((engine?.now.admissionsPerSecond ?? 0) * seconds);
    const tokens = hit / Math.max(1, retrieves);
    counters.retrieves += retrieves;
    histograms.retrieveSpeed.observe(this.retrieveTokensPerSecond, retrieves, random);
    histograms.retrieveSeconds.observe(around(tokens / this.retrieveTokensPerSecond.median, 1.8), retrieves, random);
    const reads = random.events(retrieves * this.remoteShare);
    counters.remoteReads += reads;
    histograms.remoteMilliseconds.observe(this.remoteGetMilliseconds, reads, random);
  }
}
