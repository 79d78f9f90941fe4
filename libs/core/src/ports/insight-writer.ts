import type { Analysis } from '../domain/analysis.js';
import type { ActionDefinition } from '../domain/action.js';
import type { TrackRecord } from '../domain/effect.js';
import type { Insights } from '../domain/insights.js';
import type { Objective, RunMode } from '../domain/run.js';
import type { Snapshot } from '../domain/snapshot.js';

/** What a service promises about its latency: 95th percentiles in seconds; 0 where nothing is promised (batch). */
export interface LatencyObjectives {
  /** Time to first token. */
  readonly ttftP95Seconds: number;
  /** Time between two tokens of one answer. */
  readonly itlP95Seconds: number;
}

/** All that a writer may know. What is not in here can't be said. */
export interface InsightRequest {
  readonly runId: string;
  readonly target: string;
  readonly mode: RunMode;
  readonly objective: Objective;
  /** What latency findings of the target were judged against. */
  readonly slo: LatencyObjectives;
  readonly snapshot: Snapshot;
  readonly analysis: Analysis;
  /** The catalogue's entries of the action types that the findings propose. */
  readonly candidateActions: readonly ActionDefinition[];
  /** What became of such actions on such findings before; absent where nothing is known. */
  readonly trackRecords?: readonly TrackRecord[];
  /** Aborted when the run is cancelled. */
  readonly signal?: AbortSignal;
}

/** Turns an analysis into sentences and recommendations; implemented by rules and by a model. */
export abstract class InsightWriter {
  abstract write(request: InsightRequest): Promise<Insights>;
}
