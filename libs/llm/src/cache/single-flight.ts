import type { Deadline } from '../groq/deadline.js';

/** Lets one of those who want the same thing at the same time go first; what it leaves behind is there for the others. */
export class SingleFlight {
  private readonly underWay: Map<string, Promise<unknown>> = new Map();

  /** Does the work after that of others with the same key, or at once when the deadline is over. */
  async run<Value>(key: string, deadline: Deadline, work: () => Promise<Value>): Promise<Value> {
    for (let ahead = this.underWay.get(key); ahead !== undefined && !deadline.isOver; ahead = this.underWay.get(key)) {
      // How it went is the business of whoever asked for it.
      await deadline.race(ahead.catch(() => undefined));
    }
    const own = work();
    this.underWay.set(key, own);
    try {
      return await own;
    } finally {
      if (this.underWay.get(key) === own) this.underWay.delete(key);
    }
  }
}
