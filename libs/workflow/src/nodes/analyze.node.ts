import type { Analyzer } from '@app/analysis';
import { analysisSettingsOf, type Settings } from '@app/config';
import { type Analysis, AppError, type Clock, type Snapshot, type SnapshotSource } from '@app/core';
import type { RunStore } from '@app/persistence';
import type { StepRecorder } from '../step-recorder.js';
import type { WorkflowNode } from './node.js';

export interface AnalyzeDeps {
  readonly snapshots: Pick<SnapshotSource, 'window' | 'past'>;
  readonly analyzer: Pick<Analyzer, 'analyze'>;
  readonly store: Pick<RunStore, 'get'>;
  readonly recorder: StepRecorder;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'sampling' | 'durations' | 'slo' | 'thresholds' | 'targets'>;
}

/** Judges the run's snapshot together with the history before it. */
export function makeAnalyzeNode(deps: AnalyzeDeps): WorkflowNode {
  return (state, context) =>
    deps.recorder.record(state.runId, 'analyze', context?.signal, async () => {
      const snapshot = (await deps.store.get(state.runId))?.snapshot;
      if (!snapshot) throw new AppError('analysis_failed', 'The snapshot of the run is not in the store.');
      const history = [...deps.snapshots.past(state.target), ...deps.snapshots.window(state.target)];
      const analysis = deps.analyzer.analyze(windowUpTo(snapshot, history), {
        target: state.target,
        nowMs: deps.clock.now(),
        ...analysisSettingsOf(deps.settings, state.target),
      });
      const confirmed = analysis.findings.filter((finding) => finding.state === 'confirmed').length;
      return {
        status: 'ok',
        detail: describeAnalysis(analysis, confirmed),
        payloads: { analysis },
        update: { hasAnalysis: true, hasFindings: confirmed > 0 },
      };
    });
}

/** The history may already hold the run's own snapshot and, in a resumed run, newer ones: its snapshot is the last. */
function windowUpTo(snapshot: Snapshot, history: readonly Snapshot[]): Snapshot[] {
  const ownInstant = Date.parse(snapshot.collectedAt);
  return [...history.filter((earlier) => Date.parse(earlier.collectedAt) < ownInstant), snapshot];
}

function describeAnalysis({ coverage }: Analysis, confirmed: number): string {
  return `${confirmed} confirmed findings; ${coverage.rulesEvaluated} of ${coverage.rulesTotal} rules evaluated`;
}
