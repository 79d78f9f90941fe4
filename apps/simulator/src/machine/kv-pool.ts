interface Shared {
  readonly blocks: number;
  /** Running requests that use it. */
  users: number;
  /** Value of the allocation counter when its last user left. */
  freedAt: number;
}

/**
 * KV blocks of an engine, 16 tokens each. As in vLLM, freed blocks go to the end of a queue and keep their content until
 * the queue has given them out again; so what nobody uses is still known while fewer blocks than are free were allocated
 * since.
 */
export class KvPool {
  readonly blockSize = 16;
  #used = 0;
  #allocated = 0;
  readonly #shared = new Map<number, Shared>();

  constructor(readonly totalBlocks: number) {}

  get usedBlocks(): number {
    return this.#used;
  }

  get freeBlocks(): number {
    return this.totalBlocks - this.#used;
  }

  blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.blockSize);
  }

  allocate(blocks: number): boolean {
    if (blocks > this.freeBlocks) return false;
    this.#used += blocks;
    this.#allocated += blocks;
    return true;
  }

  release(blocks: number): void {
    this.#used -= blocks;
  }

  /** True while the blocks of a shared beginning are still what they were. */
  knows(id: number): boolean {
    const shared = this.#shared.get(id);
    if (shared === undefined) return false;
    return shared.users > 0 || this.#allocated - shared.freedAt < this.freeBlocks - shared.blocks;
  }

  /** A request uses a beginning that is known. */
  join(id: number): void {
    const shared = this.#shared.get(id);
    if (shared === undefined) throw new Error(`shared beginning ${id} is not known`);
    if (shared.users === 0) this.#used += shared.blocks;
    shared.users += 1;
  }

  /** So many of a request's own blocks become a beginning that others may use; false where others already brought it. */
  share(id: number, blocks: number): boolean {
    if (this.knows(id)) return false;
    this.#shared.set(id, { blocks, users: 1, freedAt: 0 });
    return true;
  }

  leave(id: number): void {
    const shared = this.#shared.get(id);
    if (shared === undefined) return;
    shared.users -= 1;
    if (shared.users > 0) return;
    this.#used -= shared.blocks;
    shared.freedAt = this.#allocated;
  }

  /** Forgets what nobody uses. vLLM refuses (false) while any block is in use. */
  forget(): boolean {
    if (this.#used > 0) return false;
    this.#shared.clear();
    return true;
  }

  /** Frees everything, as a process that ends does. */
  clear(): void {
    this.#used = 0;
    this.#shared.clear();
  }
}
