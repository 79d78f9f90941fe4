import type { Finding } from '@app/core';
import { actionsAt, type Detail } from './finding-lines.js';

/** What the parts of a pack cost, in tokens. */
export interface Costs {
  finding(finding: Finding, detail: Detail): number;
  /** Paid once per device or service. */
  subject(finding: Finding): number;
  /** Paid once per type. */
  action(type: string): number;
}

interface Pass {
  readonly detail: Detail;
  readonly covers: (finding: Finding, rank: number) => boolean;
}

const isRoot = ({ rootCause }: Finding): boolean => rootCause;
const isAny = (): boolean => true;
/** These are explained whatever else there is; below them a title is worth more than somebody else's readings. */
const FIRST_ROOTS = 6;

/** First what is wrong, then what else is known, then more and more of why. */
const PASSES: readonly Pass[] = [
  { detail: 2, covers: (finding, rank) => isRoot(finding) && rank < FIRST_ROOTS },
  { detail: 1, covers: isAny },
  { detail: 2, covers: isRoot },
  { detail: 3, covers: isRoot },
  { detail: 2, covers: isAny },
  { detail: 4, covers: isRoot },
  { detail: 3, covers: isAny },
  { detail: 4, covers: isAny },
];

/** Spends a budget of tokens on findings by rank. */
class Spending {
  readonly details: Detail[];
  private readonly subjects: Set<string> = new Set();
  private readonly actions: Set<string> = new Set();

  constructor(
    private readonly findings: readonly Finding[],
    private readonly costs: Costs,
    private left: number,
  ) {
    this.details = findings.map(() => 0);
  }

  /** Raises one finding to a detail; false when what is left does not cover it. */
  raise(rank: number, detail: Detail): boolean {
    const finding = this.findings[rank];
    if (!finding) return false;
    const subject = `${finding.subject.kind} ${finding.subject.id}`;
    const types = actionsAt(finding, detail).map(({ type }) => type);
    const newTypes = [...new Set(types)].filter((type) => !this.actions.has(type));
    const cost =
      this.costs.finding(finding, detail) -
      this.costs.finding(finding, this.details[rank] ?? 0) +
      (this.subjects.has(subject) ? 0 : this.costs.subject(finding)) +
      newTypes.reduce((sum, type) => sum + this.costs.action(type), 0);
    if (cost > this.left) return false;
    this.left -= cost;
    this.details[rank] = detail;
    this.subjects.add(subject);
    newTypes.forEach((type) => this.actions.add(type));
    return true;
  }
}

/**
 * How much of each finding is told within a budget of tokens. Each pass stops where the budget does, so that no finding
 * is told at the cost of a weightier one of its kind.
 */
export function fitFindings(ranked: readonly Finding[], costs: Costs, budget: number): readonly Detail[] {
  const spending = new Spending(ranked, costs, budget);
  for (const { detail, covers } of PASSES) {
    for (const [rank, finding] of ranked.entries()) {
      if (!covers(finding, rank) || (spending.details[rank] ?? 0) >= detail) continue;
      if (!spending.raise(rank, detail)) break;
    }
  }
  return spending.details;
}
