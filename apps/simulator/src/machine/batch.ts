import type { SimulatedCache } from './cache.js';
import { DecodeLedger } from './decode-ledger.js';
import type { EngineRecords } from './engine-records.js';
import type { KvPool } from './kv-pool.js';
import type { EngineRequest } from './request.js';
import type { StepWork } from './step-cost.js';
import { WaitingQueue } from './waiting-queue.js';

/** A piece of a prompt. */
interface Chunk {
  readonly request: EngineRequest;
  readonly tokens: number;
}

/** What the next step will do. */
export interface PlannedStep {
  readonly work: StepWork;
  readonly chunks: readonly Chunk[];
  /** The step waits so long for keys and values from the cache, and so many bytes come. */
  readonly loadSeconds: number;
  readonly loadedTokens: number;
}

interface Limits {
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
}

/**
 * Continuous batching as vLLM V1 does it: each step gives every running request a token, computes pieces of prompts with
 * what is left of `max_num_batched_tokens`, and admits while there are seats and KV blocks. When blocks run out the
 * request that came last is preempted and computed anew (recompute). All that decode go on alike, so a step costs the
 * same for ten as for a thousand of them: the step at which each ends and needs a block is known when it starts.
 */
export class Batch {
  readonly waiting = new WaitingQueue();
  #running: EngineRequest[] = [];
  #prefilling: EngineRequest[] = [];
  #lastStepAt = 0;
  readonly #decoding: DecodeLedger;

  constructor(
    readonly limits: Limits,
    private readonly pool: KvPool,
    private readonly records: EngineRecords,
    private readonly cache: SimulatedCache | null,
  ) {
    this.#decoding = new DecodeLedger(pool);
  }

  get running(): number {
    return this.#running.length;
  }

  /** Requests and blocks for the next step; null when there is nothing to do. */
  plan(now: number): PlannedStep | null {
    const decoding = this.#decoding;
    const preempted = this.records.counters.preemptions;
    while (!decoding.grow() && this.preemptLast());
    const chunks: Chunk[] = [];
    let budget = this.limits.maxNumBatchedTokens - decoding.count;
    let hasRoom = true;
    for (const request of [...this.#prefilling]) {
      const tokens = Math.min(budget, request.neededTokens - request.computed);
      hasRoom = tokens > 0 && this.growPrefill(request, tokens);
      if (!hasRoom) break;
      chunks.push({ request, tokens });
      budget -= tokens;
    }
    const load = { seconds: 0, tokens: 0 };
    if (hasRoom && preempted === this.records.counters.preemptions) this.admit(now, budget, chunks, load);
    // A piece may have been planned for a request that was preempted for the sake of one before it.
    const kept = chunks.filter(({ request }) => this.#prefilling.includes(request));
    if (decoding.count === 0 && kept.length === 0) return null;
    return { work: this.workOf(kept), chunks: kept, loadSeconds: load.seconds, loadedTokens: load.tokens };
  }

  /** The step is over: tokens come, prompts become answers, requests end. Returns bytes that the cache took. */
  complete({ chunks }: PlannedStep, now: number): number {
    const { counters, histograms } = this.records;
    let tokens = this.#decoding.count;
    if (tokens > 0) histograms.interTokenLatency.add(now - this.#lastStepAt, tokens);
    counters.generationTokens += tokens;
    this.#lastStepAt = now;
    for (const request of this.#decoding.pass()) this.finish(request, now);
    let stored = 0;
    for (const { request, tokens: computed } of chunks) {
      request.computed += computed;
      if (request.computed < request.neededTokens) continue;
      // vLLM counts a prompt whole in the step that ends it.
      tokens += 1 + (request.generated === 0 ? request.promptTokens : 0);
      stored += this.startDecode(request, now);
    }
    histograms.iterationTokens.add(tokens);
    return stored;
  }

  /** Clients whose requests wait for too long go away; those that already have tokens stay. */
  giveUp(now: number, patienceSeconds: number): void {
    for (let first = this.waiting.first; first !== undefined; first = this.waiting.first) {
      if (first.wasPreempted || now - first.queuedAt <= patienceSeconds) return;
      this.waiting.shift();
      this.records.counters.aborted += 1;
    }
  }

  /** Nothing is under way any more; returns how many requests were. */
  clear(): number {
    const lost = this.running + this.waiting.length;
    this.waiting.clear();
    this.#running = [];
    this.#prefilling = [];
    this.#decoding.clear();
    this.pool.clear();
    return lost;
  }

  private workOf(chunks: PlannedStep['chunks']): StepWork {
    let prefillTokens = 0;
    let before = 0;
    for (const { request, tokens } of chunks) {
      prefillTokens += tokens;
      before += tokens * (request.computed + tokens / 2);
    }
    return {
      decodes: this.#decoding.count,
      kvTokens: this.#decoding.kvTokens,
      prefillTokens,
      prefillContext: prefillTokens === 0 ? 0 : before / prefillTokens,
    };
  }

  private admit(now: number, budget: number, chunks: Chunk[], load: Load): void {
    for (let left = budget; left > 0 && this.running < this.limits.maxNumSeqs;) {
      const request = this.waiting.first;
      if (request === undefined) return;
      const tokens = this.start(request, now, left, load);
      if (tokens === null) return;
      this.waiting.shift();
      this.#running.push(request);
      this.#prefilling.push(request);
      chunks.push({ request, tokens });
      left -= tokens;
    }
  }

  /** Blocks for a request's known beginning and its first piece; null when there are not enough. */
  private start(request: EngineRequest, now: number, budget: number, load: Load): number | null {
    const shared = this.sharedBlocks(request);
    const isKnown = shared > 0 && this.pool.knows(request.context);
    const local = isKnown ? shared * this.pool.blockSize : 0;
    const found = this.cache?.find(request, local) ?? null;
    const tokens = Math.min(budget, request.neededTokens - local - (found?.tokens ?? 0));
    const blocks = this.pool.blocksFor(local + (found?.tokens ?? 0) + tokens) - (isKnown ? shared : 0);
    if (isKnown) this.pool.join(request.context);
    if (!this.pool.allocate(blocks)) {
      if (isKnown) this.pool.leave(request.context);
      return null;
    }
    const external = found === null ? 0 : (this.cache?.load(request, found) ?? 0);
    if (found !== null) {
      load.seconds += found.seconds;
      load.tokens += external;
    }
    request.blocks = blocks;
    request.isSharing = isKnown;
    request.computed = local + external;
    if (request.scheduledAt < 0) request.scheduledAt = now;
    if (!request.wasPreempted) this.countHits(request, local, external);
    return Math.min(budget, request.neededTokens - request.computed, tokens);
  }

  private countHits(request: EngineRequest, local: number, external: number): void {
    const { counters } = this.records;
    request.fromLocalCache = local;
    request.fromExternalCache = external;
    counters.prefixCacheQueries += request.promptTokens;
    counters.prefixCacheHits += local;
    if (this.cache === null) return;
    counters.externalCacheQueries += request.promptTokens - local;
    counters.externalCacheHits += external;
  }

  private sharedBlocks({ contextTokens }: EngineRequest): number {
    return Math.floor(contextTokens / this.pool.blockSize);
  }

  /** Room for the next piece of a prompt; preempts from the end, and gives up when that is the request itself. */
  private growPrefill(request: EngineRequest, tokens: number): boolean {
    const held = request.blocks + (request.isSharing ? this.sharedBlocks(request) : 0);
    const blocks = Math.max(0, this.pool.blocksFor(request.computed + tokens) - held);
    while (!this.pool.allocate(blocks)) {
      if (this.#running.at(-1) === request || !this.preemptLast()) return false;
    }
    request.blocks += blocks;
    return true;
  }

  /** First token of a request, or its next one after it was preempted. */
  private startDecode(request: EngineRequest, now: number): number {
    const { counters, histograms } = this.records;
    remove(this.#prefilling, request);
    counters.generationTokens += 1;
    let stored = 0;
    if (request.generated === 0) {
      counters.promptTokens += request.promptTokens;
      counters.promptTokensFromLocalCache += request.fromLocalCache;
      counters.promptTokensFromExternalCache += request.fromExternalCache;
      histograms.ttft.add(now - request.arrivedAt);
      request.firstTokenAt = now;
      stored = this.cache?.store(request) ?? 0;
    } else histograms.interTokenLatency.add(now - request.lastTokenAt);
    this.shareBeginning(request);
    request.generated += 1;
    if (request.generated >= request.outputTokens) this.finish(request, now);
    else this.#decoding.start(request);
    return stored;
  }

  private shareBeginning(request: EngineRequest): void {
    const shared = this.sharedBlocks(request);
    if (request.isSharing || shared === 0 || !this.pool.share(request.context, shared)) return;
    request.isSharing = true;
    request.blocks -= shared;
  }

  private preemptLast(): boolean {
    const request = this.#running.at(-1);
    if (request === undefined) return false;
    this.#running.pop();
    if (request.decodesFrom >= 0) {
      this.#decoding.stop(request);
      request.lastTokenAt = this.#lastStepAt;
    } else remove(this.#prefilling, request);
    this.free(request);
    request.computed = 0;
    request.wasPreempted = true;
    this.waiting.putFirst(request);
    this.records.counters.preemptions += 1;
    return true;
  }

  private free(request: EngineRequest): void {
    this.pool.release(request.blocks);
    if (request.isSharing) this.pool.leave(request.context);
    request.blocks = 0;
    request.isSharing = false;
  }

  private finish(request: EngineRequest, now: number): void {
    this.free(request);
    remove(this.#running, request);
    this.records.finished(request, now);
  }
}

interface Load {
  seconds: number;
  tokens: number;
}

function remove<T>(list: T[], item: T): void {
  const at = list.lastIndexOf(item);
  if (at >= 0) list.splice(at, 1);
}
