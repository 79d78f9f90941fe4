/** Everything besides the snapshots that decides an analysis; the same context and window give the same answer. */
export interface AnalysisContext {
  readonly target: string;
  /** Epoch milliseconds; stamped on the analysis, never compared with the frames. */
  readonly nowMs: number;
  /** Configured sampling interval; frames further apart than that set their own. */
  readonly intervalSeconds: number;
  readonly durations: {
    readonly d1Seconds: number;
    readonly d1Samples: number;
    readonly d2Seconds: number;
    readonly d3Seconds: number;
  };
  /** 0 = no objective (batch). */
  readonly slo: { readonly ttftP95Seconds: number; readonly itlP95Seconds: number };
  /** Overrides per rule id and threshold name. */
  readonly thresholds: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly expectedGpuUuids?: readonly string[];
}
