export const RUN_EVENTS = ['stage', 'finding', 'insight', 'action', 'status'] as const;
export type RunEventName = (typeof RUN_EVENTS)[number];

/** Something that happened to a run, kept with it, so that a reader who comes late misses nothing. */
export interface RunEvent {
  /** Increasing over all runs. */
  readonly id: number;
  readonly runId: string;
  readonly at: string;
  readonly event: RunEventName;
  readonly data: Readonly<Record<string, unknown>>;
}
