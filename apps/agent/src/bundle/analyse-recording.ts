import { type AnalysisContext, Analyzer } from '@app/analysis';
import type { Analysis } from '@app/core';
import { type Bundle, RecordedMachine, type Recording } from '@app/metrics';
import type { BundleTask } from './bundle.task.js';

/** A recording says what it is of and, where it wants, how it is to be judged; the rest is the service's. */
function contextOf(bundle: Bundle, target: string, context: BundleTask['context']): AnalysisContext {
  const { sloTtftP95Seconds, sloItlP95Seconds, expectedGpuUuids } = bundle.settings ?? {};
  return {
    ...context,
    target,
    slo: {
      ttftP95Seconds: sloTtftP95Seconds ?? context.slo.ttftP95Seconds,
      itlP95Seconds: sloItlP95Seconds ?? context.slo.itlP95Seconds,
    },
    ...(expectedGpuUuids === undefined ? {} : { expectedGpuUuids }),
  };
}

/** Reads a recording and judges it, as `POST /analysis` does and as recordings with a known truth are scored. */
export async function analyseRecording(
  bundle: Bundle,
  context: BundleTask['context'],
): Promise<{ readonly recording: Recording; readonly analysis: Analysis }> {
  const recording = await new RecordedMachine(bundle).read();
  const analysis = new Analyzer().analyze(recording.snapshots, contextOf(bundle, recording.target, context));
  return { recording, analysis };
}
