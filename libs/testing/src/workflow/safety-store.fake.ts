import { type Freeze, type KillSwitchState, SafetyStore } from '@app/core';
import { copy } from './copy.js';

/** Freezes and the kill switch in memory, under the same contract as the real store. */
export class InMemorySafetyStore extends SafetyStore {
  /** Thrown by whatever is asked next, until it is null again. */
  failure: Error | null = null;
  private readonly byTarget = new Map<string, Freeze>();
  private readonly lifts = new Map<string, string>();
  private switchState: KillSwitchState = { engaged: false, at: null, by: null, reason: null };

  override async freeze(freeze: Freeze): Promise<void> {
    if (this.failure !== null) throw this.failure;
    if (!this.byTarget.has(freeze.target)) this.byTarget.set(freeze.target, copy(freeze));
  }

  override async lift(target: string, at: string): Promise<boolean> {
    if (this.failure !== null) throw this.failure;
    if (!this.byTarget.delete(target)) return false;
    this.lifts.set(target, at);
    return true;
  }

  override async freezeOf(target: string): Promise<Freeze | null> {
    if (this.failure !== null) throw this.failure;
    return copy(this.byTarget.get(target) ?? null);
  }

  override async freezes(): Promise<readonly Freeze[]> {
    if (this.failure !== null) throw this.failure;
    const key = ({ at, target }: Freeze): string => `${at} ${target}`;
    return copy([...this.byTarget.values()]).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  override async liftedAt(target: string): Promise<string | null> {
    if (this.failure !== null) throw this.failure;
    return this.lifts.get(target) ?? null;
  }

  override async killSwitch(): Promise<KillSwitchState> {
    if (this.failure !== null) throw this.failure;
    return copy(this.switchState);
  }

  override async setKillSwitch(state: KillSwitchState): Promise<void> {
    if (this.failure !== null) throw this.failure;
    this.switchState = copy(state);
  }
}
