/** The only source of time, so that tests can turn it. */
export abstract class Clock {
  /** Epoch milliseconds. */
  abstract now(): number;

  /** The current instant as ISO 8601 UTC. */
  isoNow(): string {
    return new Date(this.now()).toISOString();
  }
}

export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }
}
