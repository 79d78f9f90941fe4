import { type Clock, type DeviceState, messageOf } from '@app/core';

export interface Seen {
  /** The last state that could be read; null if none could. */
  readonly state: DeviceState | null;
  readonly isReached: boolean;
  /** Why the last look gave nothing; null when it did. */
  readonly error: string | null;
}

/** Settings show at once, clocks and temperatures within seconds. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** Looks at a device again and again until it is as wanted or the time is over; looks at least once. */
export class DeviceWatch {
  constructor(
    private readonly clock: Clock,
    private readonly wait: (ms: number) => Promise<void>,
  ) {}

  async until(
    read: () => Promise<DeviceState>,
    isWanted: (state: DeviceState) => boolean,
    deadlineMs: number,
  ): Promise<Seen> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      let state: DeviceState | null = null;
      let error: string | null = null;
      try {
        state = await read();
        if (isWanted(state)) return { state, isReached: true, error: null };
      } catch (failure) {
        // A device that can't be read now may be readable later; what was seen before it says nothing about now.
        error = messageOf(failure);
      }
      const leftMs = deadlineMs - this.clock.now();
      if (leftMs <= 0) return { state, isReached: false, error };
      await this.wait(Math.min(pauseMs, leftMs));
    }
  }
}
