/** Calls to the model at once: enough for several targets, few enough for the rate limit of a small account. */
export const MOST_CALLS_AT_ONCE = 2;

/** A limited number of places, given away in the order in which they were asked for. */
export class CallSlots {
  private readonly waiting: (() => void)[] = [];
  private free: number;

  constructor(places: number = MOST_CALLS_AT_ONCE) {
    this.free = places;
  }

  /** Resolves with what gives the place back, or with null when the signal aborts while waiting. */
  async take(signal: AbortSignal): Promise<(() => void) | null> {
    if (signal.aborted) return null;
    if (this.free > 0) {
      this.free -= 1;
      return this.giver();
    }
    return new Promise((resolve) => {
      const onTurn = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve(this.giver());
      };
      const onAbort = (): void => {
        this.waiting.splice(this.waiting.indexOf(onTurn), 1);
        resolve(null);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiting.push(onTurn);
    });
  }

  /** A place goes straight to the next in line, so that nobody who comes later gets it first. */
  private giver(): () => void {
    let isGiven = false;
    return () => {
      if (isGiven) return;
      isGiven = true;
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    };
  }
}
