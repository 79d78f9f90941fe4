import type { Analysis, Baseline, EffectReach, Snapshot, WatchedSignal } from '@app/core';
import type { AnalysisContext } from '../analysis-context.js';
import { type SloBreach, SloBreaches } from '../slo-breaches.js';
import { errorRatioOf, failuresIn, hadRequests } from './request-facts.js';
import { inOrder, sampleSignals } from './signal-samples.js';

export interface BaselineInput {
  /** Of the window before the action. */
  readonly snapshots: readonly Snapshot[];
  /** Of the newest of them. */
  readonly analysis: Analysis;
  readonly watched: readonly WatchedSignal[];
  readonly reach: EffectReach;
  readonly slo: AnalysisContext['slo'];
}

/** What was so before an action, in as much as it can't be read any more afterwards. */
export function takeBaseline({ snapshots, analysis, watched, reach, slo }: BaselineInput): Baseline {
  const ordered = inOrder(snapshots);
  const failures = failuresIn(ordered, reach);
  const objectives = latencyObjectives(ordered, reach, slo);
  return {
    fromAt: ordered[0]?.collectedAt ?? analysis.analyzedAt,
    toAt: ordered.at(-1)?.collectedAt ?? analysis.analyzedAt,
    reach,
    signals: sampleSignals(ordered, watched, reach),
    findings: analysis.findings
      .filter(({ state }) => state === 'confirmed')
      .map(({ id, ruleId, severity }) => ({ id, ruleId, severity })),
    metTtftSlo: areMet(objectives.ttft),
    metItlSlo: areMet(objectives.interTokenLatency),
    errorRatio: failures === null ? null : errorRatioOf(failures),
    hadRequests: hadRequests(ordered, reach),
  };
}

/** How each engine in reach did by its objectives over the snapshots; without those of which that can't be told. */
export function latencyObjectives(
  ordered: readonly Snapshot[],
  { engines }: EffectReach,
  slo: AnalysisContext['slo'],
): Readonly<Record<SloBreach['objective'], readonly SloBreach[]>> {
  const breaches = new SloBreaches(ordered, slo);
  const fromMs = Date.parse(ordered[0]?.collectedAt ?? '');
  const known = (verdicts: readonly (SloBreach | null)[]) => verdicts.filter((verdict) => verdict !== null);
  return {
    ttft: known(engines.map((id) => breaches.ttft(id, fromMs))),
    interTokenLatency: known(engines.map((id) => breaches.interTokenLatency(id, fromMs))),
  };
}

function areMet(objectives: readonly SloBreach[]): boolean | null {
  return objectives.length === 0 ? null : objectives.every(({ breached }) => !breached);
}
