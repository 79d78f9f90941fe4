/** One tier, least recently used out first: an entry stays until as many bytes as the tier holds were stored after it. */
export class CacheTier {
  readonly #touchedAt = new Map<number, number>();
  #stored = 0;
  #used = 0;

  constructor(readonly capacityBytes: number) {}

  get usedBytes(): number {
    return this.#used;
  }

  has(context: number): boolean {
    const at = this.#touchedAt.get(context);
    return at !== undefined && this.#stored - at < this.capacityBytes;
  }

  touch(context: number): void {
    this.#touchedAt.set(context, this.#stored);
  }

  /** Returns the bytes that had to go. */
  store(bytes: number): number {
    this.#stored += bytes;
    const over = Math.max(0, this.#used + bytes - this.capacityBytes);
    this.#used += bytes - over;
    return over;
  }

  clear(): number {
    const had = this.#used;
    this.#used = 0;
    this.#touchedAt.clear();
    return had;
  }
}
