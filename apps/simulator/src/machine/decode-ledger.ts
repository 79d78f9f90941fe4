import type { KvPool } from './kv-pool.js';
import type { EngineRequest } from './request.js';

/**
 * Requests that decode. All of them get one token in each step, so neither tokens nor blocks are counted request by
 * request: when one starts it is known at which step it ends, and in which steps, modulo the block size, it needs a block.
 */
export class DecodeLedger {
  #count = 0;
  #kvTokens = 0;
  #step = 0;
  /** Blocks of the step that comes next are taken already. */
  #hasGrown = false;
  readonly #blocksDue: number[];
  readonly #ending = new Map<number, EngineRequest[]>();

  constructor(private readonly pool: KvPool) {
    this.#blocksDue = new Array<number>(pool.blockSize).fill(0);
  }

  get count(): number {
    return this.#count;
  }

  /** Tokens whose keys and values each step reads. */
  get kvTokens(): number {
    return this.#kvTokens;
  }

  /** Takes the blocks that the next step's tokens need; false when the pool has too few. */
  grow(): boolean {
    this.#hasGrown = false;
    if (!this.pool.allocate(this.#blocksDue[(this.#step + 1) % this.pool.blockSize] ?? 0)) return false;
    this.#hasGrown = true;
    return true;
  }

  /** A step: everyone got a token. Returns those that have their last one, which do not decode any more. */
  pass(): readonly EngineRequest[] {
    this.#step += 1;
    this.#hasGrown = false;
    this.#kvTokens += this.#count;
    const ended = this.#ending.get(this.#step) ?? [];
    this.#ending.delete(this.#step);
    for (const request of ended) this.leave(request);
    return ended;
  }

  start(request: EngineRequest): void {
    request.decodesFrom = this.#step;
    this.#count += 1;
    this.#kvTokens += request.computed;
    this.addDue(request, 1);
    const last = this.lastStepOf(request);
    const others = this.#ending.get(last);
    if (others === undefined) this.#ending.set(last, [request]);
    else others.push(request);
  }

  /** Before its last token. */
  stop(request: EngineRequest): void {
    const last = this.lastStepOf(request);
    const others = (this.#ending.get(last) ?? []).filter((other) => other !== request);
    if (others.length > 0) this.#ending.set(last, others);
    else this.#ending.delete(last);
    this.leave(request);
  }

  clear(): void {
    this.#count = 0;
    this.#kvTokens = 0;
    this.#hasGrown = false;
    this.#blocksDue.fill(0);
    this.#ending.clear();
  }

  /** What it holds and made until now is written into it. */
  private leave(request: EngineRequest): void {
    const steps = this.#step - request.decodesFrom;
    const tokens = request.computed + steps;
    this.addDue(request, -1);
    this.#count -= 1;
    this.#kvTokens -= tokens;
    const isAhead = this.#hasGrown && this.phaseOf(request) === (this.#step + 1) % this.pool.blockSize;
    request.blocks += this.pool.blocksFor(tokens) - this.pool.blocksFor(request.computed) + (isAhead ? 1 : 0);
    request.generated += steps;
    request.decodesFrom = -1;
  }

  private addDue(request: EngineRequest, count: number): void {
    const phase = this.phaseOf(request);
    this.#blocksDue[phase] = (this.#blocksDue[phase] ?? 0) + count;
  }

  /** Steps, modulo the block size, in which the request's next token is the first of a block. */
  private phaseOf({ decodesFrom, computed }: EngineRequest): number {
    const size = this.pool.blockSize;
    return (((decodesFrom + 1 - computed) % size) + size) % size;
  }

  private lastStepOf({ decodesFrom, outputTokens, generated }: EngineRequest): number {
    return decodesFrom + outputTokens - generated;
  }
}
