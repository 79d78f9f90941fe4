import type { ScenarioScore } from './score-scenario.js';
import { isHealthy, type VerdictScore } from './score-verdict.js';

/** What one way of judging achieves over some scenarios. */
export interface Tally {
  /** Shares of 0–1. */
  readonly top1: number;
  readonly allCauses: number;
  readonly falseFindings: number;
  /** Null where no frame is of a healthy machine. */
  readonly falseFindingsPerThousandFrames: number | null;
  readonly missed: number;
  readonly forbiddenFindings: number;
  readonly wrongSubjects: number;
  readonly forbiddenActions: number;
  /** Share of the scenarios that want an action; null where none does. */
  readonly acceptableActions: number | null;
}

export interface FamilyTally {
  readonly family: string;
  readonly scenarios: number;
  readonly healthyFrames: number;
  readonly analysis: Tally;
  readonly alwaysHealthy: Tally;
  readonly fixedThresholds: Tally;
}

export const TOTAL = 'total';

/** Families in the order of their names, then all of them together. */
export function tallyFamilies(scores: readonly ScenarioScore[]): FamilyTally[] {
  const families = [...new Set(scores.map(({ scenario }) => scenario.family))].sort();
  const ofFamily = (family: string) => scores.filter(({ scenario }) => scenario.family === family);
  return [...families.map((family) => tallyOf(family, ofFamily(family))), tallyOf(TOTAL, scores)];
}

function tallyOf(family: string, scores: readonly ScenarioScore[]): FamilyTally {
  const healthy = scores.filter(({ scenario }) => isHealthy(scenario.truth));
  const healthyFrames = sum(healthy.map(({ frames }) => frames));
  return {
    family,
    scenarios: scores.length,
    healthyFrames,
    analysis: tally(
      scores.map(({ analysis }) => analysis),
      healthyFrames,
    ),
    alwaysHealthy: tally(
      scores.map(({ alwaysHealthy }) => alwaysHealthy),
      healthyFrames,
    ),
    fixedThresholds: tally(
      scores.map(({ fixedThresholds }) => fixedThresholds),
      healthyFrames,
    ),
  };
}

function tally(scores: readonly VerdictScore[], healthyFrames: number): Tally {
  const count = (of: (score: VerdictScore) => readonly string[]): number =>
    sum(scores.map((score) => of(score).length));
  const falseFindings = count((score) => score.falseFindings);
  const wanted = scores.map(({ hasAcceptableAction }) => hasAcceptableAction).filter((has) => has !== null);
  return {
    top1: sum(scores.map(({ isTop1 }) => Number(isTop1))) / scores.length,
    allCauses: sum(scores.map(({ allCauses }) => allCauses)) / scores.length,
    falseFindings,
    falseFindingsPerThousandFrames: healthyFrames === 0 ? null : (falseFindings / healthyFrames) * 1000,
    missed: count((score) => score.missed),
    forbiddenFindings: count((score) => score.forbiddenFindings),
    wrongSubjects: count((score) => score.wrongSubjects),
    forbiddenActions: count((score) => score.forbiddenActions),
    acceptableActions: wanted.length === 0 ? null : sum(wanted.map(Number)) / wanted.length,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
