/** No action changes anything on a frozen target until a person lifts the freeze; going back stays allowed. */
export interface Freeze {
  readonly target: string;
  readonly at: string;
  readonly reason: string;
  /** The run whose rollback failed; null when a person froze it. */
  readonly runId: string | null;
  readonly by: string;
}

/** Stops every change on every target; going back stays allowed. */
export interface KillSwitchState {
  readonly engaged: boolean;
  readonly at: string | null;
  readonly by: string | null;
  readonly reason: string | null;
}
