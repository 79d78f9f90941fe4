import type { Truth } from '../scenario.js';
import type { Verdict, VerdictFinding } from './verdict.js';

/** How a verdict compares with the truth. Lists name what is wrong, so that a miss can be printed. */
export interface VerdictScore {
  /** The first cause that is named is a true one; of a healthy machine: none is named. */
  readonly isTop1: boolean;
  /**
   * Share of the named root causes that are true, and 0 as soon as a true one is missing; of a healthy machine: 1 when
   * nothing is found.
   */
  readonly allCauses: number;
  /** Everything found above `info` on a machine that has nothing. */
  readonly falseFindings: readonly string[];
  readonly missed: readonly string[];
  readonly forbiddenFindings: readonly string[];
  /** Findings of a rule whose subject is known, on another one. */
  readonly wrongSubjects: readonly string[];
  readonly forbiddenActions: readonly string[];
  /** Null where no action is wanted. */
  readonly hasAcceptableAction: boolean | null;
}

/** Nothing above `info` may be found. */
export function isHealthy({ rootCauses }: Truth): boolean {
  return rootCauses.length === 0;
}

export function scoreVerdict(truth: Truth, verdict: Verdict): VerdictScore {
  const { rootCauses, mustFind = [], mustNotFind = [], acceptableActions = [], forbiddenActions = [] } = truth;
  const serious = verdict.findings.filter(({ severity }) => severity !== 'info');
  const ruleIds = new Set(serious.map(({ ruleId }) => ruleId));
  const actions = new Set(verdict.findings.flatMap((finding) => finding.actions));
  return {
    isTop1: isHealthy(truth)
      ? verdict.primaryBottleneck === null
      : verdict.primaryBottleneck !== null && rootCauses.includes(verdict.primaryBottleneck),
    allCauses: allCausesOf(truth, serious),
    falseFindings: isHealthy(truth) ? serious.map(nameOf) : [],
    missed: unique([...rootCauses, ...mustFind]).filter((ruleId) => !ruleIds.has(ruleId)),
    forbiddenFindings: unique(mustNotFind).filter((ruleId) => ruleIds.has(ruleId)),
    wrongSubjects: serious.filter((finding) => isElsewhere(truth, finding)).map(nameOf),
    forbiddenActions: unique(forbiddenActions).filter((type) => actions.has(type)),
    hasAcceptableAction: acceptableActions.length === 0 ? null : acceptableActions.some((type) => actions.has(type)),
  };
}

/** Counts rules, not findings: eight hot GPUs have one cause. A cause on another subject than the true one is a false one. */
function allCausesOf(truth: Truth, serious: readonly VerdictFinding[]): number {
  if (isHealthy(truth)) return serious.length === 0 ? 1 : 0;
  const roots = serious.filter(({ isRoot }) => isRoot);
  const isTrue = (root: VerdictFinding): boolean => truth.rootCauses.includes(root.ruleId) && !isElsewhere(truth, root);
  const found = unique(roots.filter(isTrue).map(({ ruleId }) => ruleId)).length;
  const wrong = unique(roots.filter((root) => !isTrue(root)).map(({ ruleId }) => ruleId)).length;
  return found < unique(truth.rootCauses).length ? 0 : found / (found + wrong);
}

function isElsewhere({ subjects = {} }: Truth, { ruleId, subjectId }: VerdictFinding): boolean {
  const expected = subjects[ruleId];
  return expected !== undefined && expected !== subjectId;
}

export function nameOf({ ruleId, subjectId }: Pick<VerdictFinding, 'ruleId' | 'subjectId'>): string {
  return `${ruleId} (${subjectId})`;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
