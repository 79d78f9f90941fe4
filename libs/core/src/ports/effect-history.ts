import type { EffectRecord, TrackRecord } from '../domain/effect.js';

/** What was predicted of actions, and what came of them. */
export abstract class EffectHistory {
  /** One record per run and action; a second one takes its place. */
  abstract record(effect: EffectRecord): Promise<void>;
  /** Per action type and rule, of all targets unless one is given. */
  abstract trackRecords(target?: string): Promise<readonly TrackRecord[]>;
}
