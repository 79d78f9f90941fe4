import type { Analyzer } from '@app/analysis';
import { analysisSettingsOf, type Settings } from '@app/config';
import type { Analysis, Clock, Snapshot, SnapshotSource } from '@app/core';

export interface TargetAnalysisDeps {
  readonly snapshots: Pick<SnapshotSource, 'window' | 'past'>;
  readonly analyzer: Pick<Analyzer, 'analyze'>;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'sampling' | 'durations' | 'slo' | 'thresholds' | 'targets'>;
}

/** Judges a snapshot of a target together with the history before it. */
export function analyseTarget(deps: TargetAnalysisDeps, snapshot: Snapshot): Analysis {
  const { snapshots, analyzer, clock, settings } = deps;
  const { target } = snapshot;
  const history = [...snapshots.past(target), ...snapshots.window(target)];
  return analyzer.analyze(windowUpTo(snapshot, history), {
    target,
    nowMs: clock.now(),
    ...analysisSettingsOf(settings, target),
  });
}

/** The history may already hold the snapshot and, in a resumed run, newer ones: the snapshot is the last. */
function windowUpTo(snapshot: Snapshot, history: readonly Snapshot[]): Snapshot[] {
  const ownInstant = Date.parse(snapshot.collectedAt);
  return [...history.filter((earlier) => Date.parse(earlier.collectedAt) < ownInstant), snapshot];
}
