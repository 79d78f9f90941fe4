import { CacheTier } from './cache-tier.js';
import { Histogram } from './histogram.js';
import type { CacheOptions } from './machine-options.js';
import type { CacheView } from './machine-view.js';
import type { EngineRequest } from './request.js';

export const CACHE_BACKENDS = ['LocalCPUBackend', 'RemoteBackend'] as const;
export type CacheBackend = (typeof CACHE_BACKENDS)[number];

/** Bounds as LMCache defines them (`lmcache/observability.py`). */
const SECONDS = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const TOKENS_PER_SECOND = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];

const GIB = 1024 ** 3;
/** `chunk_size`; shorter ends are not stored, answers neither (`save_unfull_chunk`, `save_decode_cache` are off). */
const CHUNK_TOKENS = 256;
/** Usable bytes per second to one GPU by PCIe generation: 16 lanes, about three quarters of the raw rate. */
const PCIE_BYTES_PER_SECOND: Readonly<Record<number, number>> = { 3: 12e9, 4: 24e9, 5: 48e9 };
/** Look-up, allocation and launch of a load (estimate). */
const LOAD_SECONDS = 0.002;
/** A remote server on 25 Gbit/s: time of one chunk's round trip beside its bytes (estimate). */
const REMOTE_ROUND_TRIP_SECONDS = 0.0006;
const REMOTE_BYTES_PER_SECOND = 2.5e9;
/** `blocking_timeout_secs`: then the load counts as a miss. */
const TIMEOUT_SECONDS = 10;
/** Loads that LMCache calls slow (estimate of its limit). */
const SLOW_SECONDS = 1;
/** Health monitor: a ping in this time; an answer later than the second is an error. */
const PING_SECONDS = 30;
const PING_TIMEOUT_SECONDS = 5;

type Counters = { -readonly [Name in keyof CacheView['counters']]: number };

const NO_COUNTS: Counters = {
  lookupTokens: 0,
  lookupHitTokens: 0,
  requestedTokens: 0,
  hitTokens: 0,
  storedTokens: 0,
  lookups: 0,
  retrieves: 0,
  stores: 0,
  evictedChunks: 0,
  slowRetrievals: 0,
  remoteReads: 0,
  remoteReadBytes: 0,
  remoteWrites: 0,
  remoteWriteBytes: 0,
  remotePings: 0,
  remotePingErrors: 0,
};

/** Tokens of a request that the cache has beyond those that the engine has, and the time to load them. */
export interface CacheFind {
  readonly knownTokens: number;
  readonly tokens: number;
  readonly seconds: number;
  readonly isRemote: boolean;
}

/** LMCache inside an engine: host memory, and a server over the network where there is one. */
export class SimulatedCache {
  #local: CacheTier;
  #remote: CacheTier | null;
  #counters: Counters = { ...NO_COUNTS };
  readonly #seconds = new Histogram(SECONDS);
  readonly #speed = new Histogram(TOKENS_PER_SECOND);
  readonly #bypassed = new Set<string>();
  #isFrozen = false;
  #isBroken = false;
  #isRemoteDown = false;
  #remoteSlowness = 1;
  #pingIn = PING_SECONDS;
  #networkBytes = { rx: 0, tx: 0 };

  constructor(
    readonly engine: number,
    private readonly options: CacheOptions,
    private readonly bytesPerToken: number,
    /** Summed over the engine's GPUs, which load at the same time. */
    private readonly pcieBytesPerSecond: number,
  ) {
    this.#local = new CacheTier((options.capacityGib ?? 60) * GIB);
    this.#remote = options.remoteGib === undefined ? null : new CacheTier(options.remoteGib * GIB);
  }

  static pcieBytesPerSecond(generation: number): number {
    return PCIE_BYTES_PER_SECOND[generation] ?? 24e9;
  }

  get capacityBytes(): number {
    return this.#local.capacityBytes;
  }

  get isHealthy(): boolean {
    return !this.#isBroken && !this.#isRemoteDown;
  }

  /** Forgets what it holds, in all backends or some; returns how many chunks went. */
  drop(backends: readonly string[] | null = null): number {
    const goes = (name: CacheBackend): boolean => backends === null || backends.includes(name);
    const bytes =
      (goes('LocalCPUBackend') ? this.#local.clear() : 0) + (goes('RemoteBackend') ? (this.#remote?.clear() ?? 0) : 0);
    return Math.round(bytes / (CHUNK_TOKENS * this.bytesPerToken));
  }

  /** Unhealthy: finds nothing and stores nothing, without an error (LMCache's health monitor). */
  setHealthy(isHealthy: boolean): void {
    this.#isBroken = !isHealthy;
  }

  /** The remote server takes so many times as long; 1 is as built, Infinity is not to be reached. */
  slowRemote(factor: number): void {
    this.#remoteSlowness = Math.max(1, factor);
    if (this.#remoteSlowness * REMOTE_ROUND_TRIP_SECONDS <= PING_TIMEOUT_SECONDS) this.#isRemoteDown = false;
  }

  bypass(backend: string, isBypassed: boolean): void {
    if (isBypassed) this.#bypassed.add(backend);
    else this.#bypassed.delete(backend);
  }

  /** Keeps what is hot and stores nothing new. */
  freeze(isFrozen: boolean): void {
    this.#isFrozen = isFrozen;
  }

  /** What its process counted is gone, e.g. by a restart or `/metrics` being cleared. */
  resetCounters(): void {
    this.#counters = { ...NO_COUNTS };
    this.#seconds.reset();
    this.#speed.reset();
  }

  /** Its engine's process ended: host memory is gone, the remote server stays. */
  restart(): void {
    this.#local.clear();
    this.resetCounters();
    this.#bypassed.clear();
    this.#isFrozen = false;
  }

  /** Looks without counting: the engine may find no room for the request yet. */
  find(request: EngineRequest, localTokens: number): CacheFind {
    const nothing = { knownTokens: 0, tokens: 0, seconds: 0, isRemote: false };
    const known = Math.floor(request.contextTokens / CHUNK_TOKENS) * CHUNK_TOKENS;
    if (!this.isHealthy || known === 0) return nothing;
    const isLocal = this.uses('LocalCPUBackend') && this.#local.has(request.context);
    if (!isLocal && !(this.uses('RemoteBackend') && this.#remote?.has(request.context) === true)) return nothing;
    const tokens = Math.max(0, known - localTokens);
    const seconds = isLocal ? this.localSeconds(tokens) : this.remoteSeconds(tokens);
    return { knownTokens: known, tokens, seconds: tokens === 0 ? 0 : seconds, isRemote: !isLocal };
  }

  /** The request goes on with what was found; returns the tokens that really came. */
  load(request: EngineRequest, found: CacheFind): number {
    const counters = this.#counters;
    counters.lookups += 1;
    counters.lookupTokens += request.promptTokens;
    counters.lookupHitTokens += found.knownTokens;
    // What came from the remote server is kept in host memory too.
    if (found.knownTokens > 0 && !(found.isRemote && this.#isFrozen)) this.#local.touch(request.context);
    if (found.tokens === 0) return 0;
    const isTooLate = found.seconds >= TIMEOUT_SECONDS;
    const tokens = isTooLate ? 0 : found.tokens;
    counters.retrieves += 1;
    counters.requestedTokens += found.tokens;
    counters.hitTokens += tokens;
    this.#seconds.add(found.seconds);
    this.#speed.add(tokens / found.seconds);
    if (found.seconds > SLOW_SECONDS) counters.slowRetrievals += 1;
    if (found.isRemote) this.countRemote('Read', found.tokens);
    return tokens;
  }

  /** Keeps the keys and values of a prompt that was computed; returns the bytes copied to host memory. */
  store(request: EngineRequest): number {
    if (!this.isHealthy || this.#isFrozen) return 0;
    const wholeTokens = Math.floor(request.promptTokens / CHUNK_TOKENS) * CHUNK_TOKENS;
    const contextTokens = Math.floor(request.contextTokens / CHUNK_TOKENS) * CHUNK_TOKENS;
    const isLocal = this.uses('LocalCPUBackend');
    const isKnown = contextTokens > 0 && this.#local.has(request.context);
    const tokens = wholeTokens - (isKnown ? contextTokens : 0);
    if (tokens <= 0 || (!isLocal && !this.uses('RemoteBackend'))) return 0;
    const bytes = tokens * this.bytesPerToken;
    this.#counters.stores += 1;
    this.#counters.storedTokens += tokens;
    if (isLocal) {
      this.#counters.evictedChunks += Math.round(this.#local.store(bytes) / (CHUNK_TOKENS * this.bytesPerToken));
      if (contextTokens > 0) this.#local.touch(request.context);
    }
    if (this.#remote !== null && this.uses('RemoteBackend')) {
      this.#remote.store(bytes);
      if (contextTokens > 0) this.#remote.touch(request.context);
      this.countRemote('Write', tokens);
    }
    return bytes;
  }

  step(seconds: number): void {
    if (this.#remote === null) return;
    this.#pingIn -= seconds;
    if (this.#pingIn > 0) return;
    this.#pingIn += PING_SECONDS;
    this.#counters.remotePings += 1;
    this.#isRemoteDown = this.pingSeconds >= PING_TIMEOUT_SECONDS;
    if (this.#isRemoteDown) this.#counters.remotePingErrors += 1;
  }

  /** Bytes to and from the remote server since the last call. */
  takeNetworkBytes(): { readonly rx: number; readonly tx: number } {
    const bytes = this.#networkBytes;
    this.#networkBytes = { rx: 0, tx: 0 };
    return bytes;
  }

  /** Filled by hours of traffic: the contexts asked for most, and what else came by, up to a share of its capacity. */
  fill(contexts: number, share = 0.97): void {
    for (const tier of [this.#local, this.#remote]) {
      tier?.store(tier.capacityBytes * share);
      for (let context = 0; context < contexts; context += 1) tier?.touch(context);
    }
  }

  /** As if the same had happened so many times. */
  scale(times: number): void {
    for (const name of Object.keys(this.#counters) as (keyof Counters)[]) this.#counters[name] *= times;
    this.#seconds.scale(times);
    this.#speed.scale(times);
  }

  view(): CacheView {
    return {
      engine: this.engine,
      isHealthy: this.isHealthy,
      usedBytes: Math.round(this.#local.usedBytes),
      capacityBytes: this.capacityBytes,
      counters: { ...this.#counters },
      chunkSize: CHUNK_TOKENS,
      hasRemote: this.options.remoteGib !== undefined,
      remoteUsedBytes: Math.round(this.#remote?.usedBytes ?? 0),
      retrieveSpeed: this.#speed.view(),
      retrieveSeconds: this.#seconds.view(),
      remotePingSeconds: this.#remote === null ? 0 : this.pingSeconds,
      bypassed: [...this.#bypassed],
      isFrozen: this.#isFrozen,
    };
  }

  private get pingSeconds(): number {
    return Math.min(PING_TIMEOUT_SECONDS, REMOTE_ROUND_TRIP_SECONDS * this.#remoteSlowness);
  }

  private uses(backend: CacheBackend): boolean {
    return !this.#bypassed.has(backend);
  }

  private localSeconds(tokens: number): number {
    return LOAD_SECONDS + (tokens * this.bytesPerToken) / this.pcieBytesPerSecond;
  }

  private remoteSeconds(tokens: number): number {
    const perChunk = REMOTE_ROUND_TRIP_SECONDS + (CHUNK_TOKENS * this.bytesPerToken) / REMOTE_BYTES_PER_SECOND;
    const seconds = Math.ceil(tokens / CHUNK_TOKENS) * perChunk * this.#remoteSlowness;
    return Math.min(TIMEOUT_SECONDS, this.localSeconds(tokens) + seconds);
  }

  private countRemote(way: 'Read' | 'Write', tokens: number): void {
    const bytes = tokens * this.bytesPerToken;
    this.#counters[`remote${way}s`] += Math.ceil(tokens / CHUNK_TOKENS);
    this.#counters[`remote${way}Bytes`] += bytes;
    this.#networkBytes[way === 'Read' ? 'rx' : 'tx'] += bytes;
  }
}
