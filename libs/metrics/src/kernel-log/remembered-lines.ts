interface Generation {
  readonly keys: Set<string>;
  latestMs: number;
}

/**
 * The lines that were read last, to know a repeated one. Two generations, of which the older is given up as a whole:
 * taking the oldest out of a set one by one is slow.
 */
export class RememberedLines {
  private current: Generation = newGeneration();
  private earlier: Generation = newGeneration();
  private forgottenMs = -Infinity;

  constructor(private readonly mostPerGeneration: number) {}

  /** Latest time of a line that is no longer remembered. */
  get forgottenUntilMs(): number {
    return this.forgottenMs;
  }

  has(key: string): boolean {
    return this.current.keys.has(key) || this.earlier.keys.has(key);
  }

  add(key: string, ms: number): void {
    this.current.keys.add(key);
    this.current.latestMs = Math.max(this.current.latestMs, ms);
    if (this.current.keys.size < this.mostPerGeneration) return;
    this.forgottenMs = Math.max(this.forgottenMs, this.earlier.latestMs);
    this.earlier = this.current;
    this.current = newGeneration();
  }
}

function newGeneration(): Generation {
  return { keys: new Set(), latestMs: -Infinity };
}
