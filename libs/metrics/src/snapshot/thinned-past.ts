import type { Snapshot } from '@app/core';

const MINUTE_MS = 60_000;

/** How far apart samples may be thinned, by their age; the last entry also says when they are dropped. */
const TIERS = [
  { untilMs: 60 * MINUTE_MS, stepMs: MINUTE_MS },
  // Six hours are what the slowest rules look back for.
  { untilMs: 390 * MINUTE_MS, stepMs: 5 * MINUTE_MS },
] as const;
export const PAST_MS = 390 * MINUTE_MS;

/**
 * Samples that have left the full-rate window: one a minute for an hour, then one in five minutes. Counters lose nothing
 * by it, and what lasts is still seen to last; some hundred samples are what a long look back costs.
 */
export class ThinnedPast {
  private samples: Snapshot[] = [];

  /** Takes samples in the order of time. */
  add(snapshot: Snapshot): void {
    const last = this.samples.at(-1);
    const isSameStep = last !== undefined && stepOf(last, MINUTE_MS) === stepOf(snapshot, MINUTE_MS);
    if (isSameStep) {
      this.samples[this.samples.length - 1] = snapshot;
      return;
    }
    this.samples.push(snapshot);
    this.thin(timeOf(snapshot));
  }

  /** Oldest first. */
  all(): readonly Snapshot[] {
    return this.samples;
  }

  private thin(nowMs: number): void {
    this.samples = this.samples.filter((sample, index) => {
      const ageMs = nowMs - timeOf(sample);
      const tier = TIERS.find(({ untilMs }) => ageMs < untilMs);
      const next = this.samples[index + 1];
      // The last of each step stands for it.
      return tier !== undefined && (next === undefined || stepOf(next, tier.stepMs) !== stepOf(sample, tier.stepMs));
    });
  }
}

function timeOf({ collectedAt }: Snapshot): number {
  return Date.parse(collectedAt);
}

function stepOf(snapshot: Snapshot, stepMs: number): number {
  return Math.floor(timeOf(snapshot) / stepMs);
}
