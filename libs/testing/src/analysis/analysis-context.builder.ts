import type { AnalysisContext } from '@app/analysis';
import type { Analysis, Finding } from '@app/core';
import { FRAME_EPOCH_MS } from './frame.builder.js';

/** The defaults of the configuration: 15 s sampling, D1 of three samples over a minute, chat objectives. */
export function anAnalysisContext(patch: Partial<AnalysisContext> = {}): AnalysisContext {
  return {
    target: 'local',
    nowMs: FRAME_EPOCH_MS + 600_000,
    intervalSeconds: 15,
    durations: { d1Seconds: 60, d1Samples: 3, d2Seconds: 600, d3Seconds: 1800 },
    slo: { ttftP95Seconds: 2, itlP95Seconds: 0.1 },
    thresholds: {},
    ...patch,
  };
}

/** What an analysis says of one rule: its finding, or why it was not evaluated, or neither when all is well. */
export interface RuleOutcomeView {
  readonly finding: Finding | undefined;
  readonly notEvaluated: string | undefined;
}

export function outcomeOf(analysis: Analysis, ruleId: string): RuleOutcomeView {
  return {
    finding: analysis.findings.find((finding) => finding.ruleId === ruleId),
    notEvaluated: analysis.notEvaluated.find((entry) => entry.ruleId === ruleId)?.reason,
  };
}

/** Numbers in a finding's summary; each has to be the readable form of one of its evidence values. */
export function numbersIn(text: string): string[] {
  return text.match(/\d+(?:\.\d+)?/g) ?? [];
}
