import { type HistoryFrame, numericSignals, rangeKey, type SignalRange, type Snapshot } from '@app/core';

export const FRAME_STEP_MS = 60_000;

/** Gathers the samples of one minute into the frame that stands for them. */
export class FrameBuilder {
  /** Of the epoch; samples of another one belong to another frame. */
  readonly minute: number;
  private snapshot: Snapshot;
  private samples = 0;
  private readonly seen = new Map<string, { min: number; max: number }>();

  constructor(first: Snapshot) {
    this.minute = minuteOf(first);
    this.snapshot = first;
    this.add(first);
  }

  add(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.samples += 1;
    for (const { signal, subject, value } of numericSignals(snapshot)) {
      const key = rangeKey(signal, subject);
      const range = this.seen.get(key);
      if (range === undefined) {
        this.seen.set(key, { min: value, max: value });
      } else {
        range.min = Math.min(range.min, value);
        range.max = Math.max(range.max, value);
      }
    }
  }

  /** The last sample, with the ranges of what changed; what stood still is in the sample itself. */
  build(): HistoryFrame {
    const changed = [...this.seen].filter(([, { min, max }]) => min !== max);
    const ranges: Readonly<Record<string, SignalRange>> = Object.fromEntries(changed);
    return { snapshot: this.snapshot, samples: this.samples, ranges };
  }
}

export function minuteOf({ collectedAt }: Snapshot): number {
  return Math.floor(Date.parse(collectedAt) / FRAME_STEP_MS);
}
