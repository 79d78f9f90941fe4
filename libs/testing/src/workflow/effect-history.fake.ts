import { EffectHistory, type EffectRecord, type TrackRecord } from '@app/core';
import { trackRecordsOf } from '@app/persistence';
import { copy } from './copy.js';

/** Effects in memory, under the same contract as the real history. */
export class InMemoryEffectHistory extends EffectHistory {
  /** Thrown by whatever is asked next, until it is null again. */
  failure: Error | null = null;
  private readonly effects = new Map<string, EffectRecord>();

  override async record(effect: EffectRecord): Promise<void> {
    if (this.failure !== null) throw this.failure;
    this.effects.set(JSON.stringify([effect.runId, effect.actionId]), copy(effect));
  }

  override async trackRecords(target?: string): Promise<readonly TrackRecord[]> {
    if (this.failure !== null) throw this.failure;
    return trackRecordsOf(this.all().filter((effect) => target === undefined || effect.target === target));
  }

  /** Every effect, in the order in which they were first recorded. */
  all(): readonly EffectRecord[] {
    return copy([...this.effects.values()]);
  }
}
