import { type Analysis, AppError } from '@app/core';
import type { RunStore } from '@app/persistence';
import type { StepRecorder } from '../step-recorder.js';
import { analyseTarget, type TargetAnalysisDeps } from '../target-analysis.js';
import type { WorkflowNode } from './node.js';

export interface AnalyzeDeps extends TargetAnalysisDeps {
  readonly store: Pick<RunStore, 'get'>;
  readonly recorder: StepRecorder;
}

/** Judges the run's snapshot together with the history before it. */
export function makeAnalyzeNode(deps: AnalyzeDeps): WorkflowNode {
  return (state, context) =>
    deps.recorder.record(state.runId, 'analyze', context?.signal, async () => {
      const snapshot = (await deps.store.get(state.runId))?.snapshot;
      if (!snapshot) throw new AppError('analysis_failed', 'The snapshot of the run is not in the store.');
      const analysis = analyseTarget(deps, snapshot);
      const confirmed = analysis.findings.filter((finding) => finding.state === 'confirmed').length;
      return {
        status: 'ok',
        detail: describeAnalysis(analysis, confirmed),
        payloads: { analysis },
        update: { hasAnalysis: true, hasFindings: confirmed > 0 },
      };
    });
}

function describeAnalysis({ coverage }: Analysis, confirmed: number): string {
  return `${confirmed} confirmed findings; ${coverage.rulesEvaluated} of ${coverage.rulesTotal} rules evaluated`;
}
