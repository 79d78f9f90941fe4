import type {
  ActionRisk,
  Analysis,
  CandidateAction,
  Finding,
  Insights,
  Objective,
  Recommendation,
  Severity,
  TrackRecord,
} from '@app/core';

/** A candidate of a confirmed finding, with all that speaks for and against it. */
export interface RankedCandidate {
  readonly candidate: CandidateAction;
  readonly finding: Finding;
  readonly recommendation: Recommendation | null;
  readonly score: number;
}

export interface RankingInput {
  readonly analysis: Analysis;
  readonly insights: Insights | null;
  readonly objective: Objective;
  readonly trackRecords: readonly TrackRecord[];
  readonly riskOf: (candidate: CandidateAction) => ActionRisk | null;
}

/** Points, an engineering choice: what is worst and a root comes first, then what the insights chose. */
const SEVERITY_POINTS: Readonly<Record<Severity, number>> = { critical: 100, high: 70, medium: 40, low: 15, info: 5 };
const ROOT_POINTS = 30;
const CHOSEN_POINTS = 60;
/** Rules name their actions in the order in which to try them. */
const LATER_POINTS = -5;
const RISK_POINTS: Readonly<Record<ActionRisk, number>> = {
  'read-only': 0,
  reversible: 0,
  disruptive: -15,
  destructive: -40,
};
const OBJECTIVE_POINTS = 15;
/** A good record helps less than a bad one harms. */
const BEST_RECORD_POINTS = 20;
const WORST_RECORD_POINTS = -60;

/**
 * Candidates of the confirmed findings, best first. The insights choose among them and can add none: a recommendation
 * counts only for the candidate that it names, of a finding that it names.
 */
export function rankCandidates(input: RankingInput): RankedCandidate[] {
  const confirmed = input.analysis.findings.filter(({ state }) => state === 'confirmed');
  const ranked = confirmed.flatMap((finding) =>
    finding.candidateActions.map((candidate, position) => rank(input, finding, candidate, position)),
  );
  return ranked.filter((entry) => entry !== null).sort((a, b) => b.score - a.score || order(a).localeCompare(order(b)));
}

function rank(
  { insights, objective, trackRecords, riskOf }: RankingInput,
  finding: Finding,
  proposed: CandidateAction,
  position: number,
): RankedCandidate | null {
  const risk = riskOf(proposed);
  if (risk === null) return null;
  const recommendation = recommendationOf(insights, finding, proposed);
  const score =
    SEVERITY_POINTS[finding.severity] +
    (finding.rootCause ? ROOT_POINTS : 0) +
    (recommendation === null ? 0 : CHOSEN_POINTS) +
    position * LATER_POINTS +
    RISK_POINTS[risk] +
    objectivePoints(objective, finding) +
    recordPoints(trackRecords, proposed.type, finding.ruleId);
  // The model may have filled in parameters that the rule left open; they were held against the catalogue's schema.
  const candidate = recommendation?.action ?? proposed;
  return { candidate, finding, recommendation, score };
}

function recommendationOf(
  insights: Insights | null,
  finding: Finding,
  candidate: CandidateAction,
): Recommendation | null {
  const isChoice = ({ action, findingIds }: Recommendation): boolean =>
    action?.type === candidate.type &&
    findingIds.includes(finding.id) &&
    Object.entries(candidate.parameters).every(([name, value]) => action.parameters[name] === value);
  return insights?.recommendations.find(isChoice) ?? null;
}

function objectivePoints(objective: Objective, { category }: Finding): number {
  const savings = category === 'cost' || category === 'efficiency';
  if (objective === 'energy' || objective === 'cost') return savings ? OBJECTIVE_POINTS : 0;
  if (objective === 'latency' || objective === 'throughput') return category === 'bottleneck' ? OBJECTIVE_POINTS : 0;
  return 0;
}

function recordPoints(records: readonly TrackRecord[], type: string, ruleId: string): number {
  const record = records.find((one) => one.type === type && one.ruleId === ruleId);
  if (record === undefined || record.count === 0) return 0;
  const { improved, regressed, inconclusive } = record.verdicts;
  return (BEST_RECORD_POINTS * improved + WORST_RECORD_POINTS * regressed - inconclusive * 5) / record.count;
}

/** Equal scores come in the same order each time. */
function order({ finding, candidate }: RankedCandidate): string {
  return `${finding.id} ${candidate.type}`;
}
