import type { Analysis, Severity } from '@app/core';

/** What somebody says of a recorded machine: the analysis, or a way of judging that it is compared with. */
export interface Verdict {
  /** Rule id of what is to be seen to first. */
  readonly primaryBottleneck: string | null;
  readonly findings: readonly VerdictFinding[];
}

/** A confirmed finding: what is only suspected is no claim yet. */
export interface VerdictFinding {
  readonly ruleId: string;
  readonly subjectId: string;
  readonly severity: Severity;
  readonly isRoot: boolean;
  readonly actions: readonly string[];
}

export function verdictOf({ primaryBottleneck, findings }: Analysis): Verdict {
  return {
    primaryBottleneck,
    findings: findings
      .filter(({ state }) => state === 'confirmed')
      .map(({ ruleId, subject, severity, rootCause, candidateActions }) => ({
        ruleId,
        subjectId: subject.id,
        severity,
        isRoot: rootCause,
        actions: candidateActions.map(({ type }) => type),
      })),
  };
}
