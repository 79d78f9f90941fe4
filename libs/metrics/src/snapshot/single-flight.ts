/** Result of a source, or that it overran its deadline. */
export type Bounded<T> = { readonly kind: 'answer'; readonly value: T } | { readonly kind: 'overrun' };

/**
 * One reading of a source at a time: who comes while one is under way joins it. A reading that overruns is left to end
 * by itself, and those who come meanwhile wait for it, each up to their own deadline, instead of starting a second one.
 */
export class SingleFlight<T> {
  private inFlight: Promise<T> | null = null;

  constructor(private readonly read: () => Promise<T>) {}

  run(): Promise<T> {
    this.inFlight ??= this.start().finally(() => (this.inFlight = null));
    return this.inFlight;
  }

  /** Rejects only when the reading does. */
  async runWithin(timeoutMs: number): Promise<Bounded<T>> {
    let timer: NodeJS.Timeout | undefined;
    const overrun = new Promise<Bounded<T>>((resolve) => {
      timer = setTimeout(() => resolve({ kind: 'overrun' }), timeoutMs);
    });
    const answer = this.run().then((value): Bounded<T> => ({ kind: 'answer', value }));
    return Promise.race([answer, overrun]).finally(() => clearTimeout(timer));
  }

  /** Async, so that an exception before the first await is a rejection too. */
  private async start(): Promise<T> {
    return this.read();
  }
}
