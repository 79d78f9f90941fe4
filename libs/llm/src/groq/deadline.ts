/** The end of everything that one question to the model may take: waiting, attempts, pauses and the repair. */
export class Deadline {
  /** Aborted when the time is over or the run is cancelled, whichever comes first. */
  readonly signal: AbortSignal;
  private readonly timer: AbortSignal;
  private readonly startedAt = performance.now();

  constructor(
    readonly timeoutMs: number,
    private readonly runSignal?: AbortSignal,
  ) {
    this.timer = AbortSignal.timeout(timeoutMs);
    this.signal = runSignal ? AbortSignal.any([this.timer, runSignal]) : this.timer;
  }

  get isCancelled(): boolean {
    return this.runSignal?.aborted === true;
  }

  get isOver(): boolean {
    return this.signal.aborted;
  }

  /** Milliseconds of a clock that nobody turns. */
  elapsedMs(): number {
    return Math.round(performance.now() - this.startedAt);
  }

  remainingMs(): number {
    return this.isOver ? 0 : Math.max(0, this.timeoutMs - this.elapsedMs());
  }

  /** What the work answers, or null when the time is over first: no library is trusted to notice an abort. */
  async race<Value>(work: Promise<Value>): Promise<Value | null> {
    if (this.isOver) {
      work.catch(() => undefined);
      return null;
    }
    let onAbort: () => void = () => undefined;
    const over = new Promise<null>((resolve) => {
      onAbort = () => resolve(null);
      this.signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([work, over]);
    } finally {
      this.signal.removeEventListener('abort', onAbort);
      // The loser may still fail, and nobody listens to it any more.
      work.catch(() => undefined);
    }
  }
}
