import type { Freeze, KillSwitchState } from '../domain/safety.js';

/** Freezes and the kill switch; they outlive restarts. */
export abstract class SafetyStore {
  /** An earlier freeze of the same target stays as it is: the first reason is the one to look at. */
  abstract freeze(freeze: Freeze): Promise<void>;
  /** False when the target was not frozen. From here on earlier failures count no more for the circuit breaker. */
  abstract lift(target: string, at: string): Promise<boolean>;
  abstract freezeOf(target: string): Promise<Freeze | null>;
  abstract freezes(): Promise<readonly Freeze[]>;
  /** When a freeze of the target was lifted last; null if never. */
  abstract liftedAt(target: string): Promise<string | null>;
  abstract killSwitch(): Promise<KillSwitchState>;
  abstract setKillSwitch(state: KillSwitchState): Promise<void>;
}
