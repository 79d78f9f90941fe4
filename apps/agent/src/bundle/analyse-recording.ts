import { type AnalysisContext, Analyzer } from '@app/analysis';
import { analysisSettingsOf } from '@app/config';
import type { Analysis } from '@app/core';
import { type Bundle, RecordedMachine, type Recording } from '@app/metrics';
import type { JudgingSettings } from './bundle.task.js';

/** A recording may say how it is to be judged; the rest is what the service has for that target. */
function contextOf(bundle: Bundle, target: string, settings: JudgingSettings, nowMs: number): AnalysisContext {
  const own = analysisSettingsOf(settings, target);
  const { sloTtftP95Seconds, sloItlP95Seconds, expectedGpuUuids } = bundle.settings ?? {};
  return {
    ...own,
    target,
    nowMs,
    slo: {
      ttftP95Seconds: sloTtftP95Seconds ?? own.slo.ttftP95Seconds,
      itlP95Seconds: sloItlP95Seconds ?? own.slo.itlP95Seconds,
    },
    ...(expectedGpuUuids === undefined ? {} : { expectedGpuUuids }),
  };
}

/** Reads a recording and judges it, as `POST /analysis` does and as recordings with a known truth are scored. */
export async function analyseRecording(
  bundle: Bundle,
  settings: JudgingSettings,
  nowMs: number,
): Promise<{ readonly recording: Recording; readonly analysis: Analysis }> {
  const recording = await new RecordedMachine(bundle).read();
  const analysis = new Analyzer().analyze(recording.snapshots, contextOf(bundle, recording.target, settings, nowMs));
  return { recording, analysis };
}
