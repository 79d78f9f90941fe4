import type { Analysis, Confidence, Finding, HealthStatus, SectionStatus, Severity, Snapshot } from '@app/core';

/**
 * Points off 100 per confirmed finding: two criticals and a high one reach 0, a single medium one still leaves a
 * good host, and context costs nothing. Idle capacity is no illness, so nothing is deducted for it.
 */
export const SEVERITY_POINTS: Readonly<Record<Severity, number>> = {
  critical: 40,
  high: 20,
  medium: 10,
  low: 3,
  info: 0,
};
/** What is less sure costs less. */
export const CONFIDENCE_FACTORS: Readonly<Record<Confidence, number>> = { high: 1, medium: 0.75, low: 0.5 };
/** A consequence is mostly paid for by its cause. */
export const EFFECT_FACTOR = 0.5;

export interface HealthScore {
  readonly healthScore: number | null;
  readonly scoreDeductions: Analysis['scoreDeductions'];
}

/** 0–100, and which finding cost what; the deductions add up to what is missing to 100. */
export function scoreOf(ranked: readonly Finding[], rulesEvaluated: number): HealthScore {
  if (rulesEvaluated === 0) return { healthScore: null, scoreDeductions: [] };
  let healthScore = 100;
  const scoreDeductions: { findingId: string; points: number }[] = [];
  for (const finding of ranked) {
    if (finding.state !== 'confirmed') continue;
    const factor = CONFIDENCE_FACTORS[finding.confidence] * (finding.rootCause ? 1 : EFFECT_FACTOR);
    const points = Math.min(healthScore, Math.round(SEVERITY_POINTS[finding.severity] * factor));
    if (points === 0) continue;
    healthScore -= points;
    scoreDeductions.push({ findingId: finding.id, points });
  }
  return { healthScore, scoreDeductions };
}

const UNREADABLE: readonly SectionStatus[] = ['failed', 'denied', 'timeout', 'stale'];

function hasUnreadableSource(newest: Snapshot): boolean {
  const isUnreadable = Object.values(newest.sections).some(({ status }) => UNREADABLE.includes(status));
  return isUnreadable || newest.engines.some(({ up }) => !up);
}

/** What is not known is never called healthy. */
export function healthStatusOf(
  findings: readonly Finding[],
  rulesEvaluated: number,
  newest: Snapshot | undefined,
): HealthStatus {
  const severities = findings.filter(({ state }) => state === 'confirmed').map(({ severity }) => severity);
  if (severities.includes('critical')) return 'critical';
  if (severities.includes('high') || severities.includes('medium')) return 'degraded';
  if (rulesEvaluated === 0 || !newest || hasUnreadableSource(newest)) return 'unknown';
  return 'healthy';
}
