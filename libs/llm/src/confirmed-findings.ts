import { type Analysis, type Finding, SEVERITIES } from '@app/core';

/** The findings that may be spoken of, weightiest first and roots before what they cause. */
export function confirmedFindings(analysis: Analysis): Finding[] {
  return analysis.findings
    .filter(({ state }) => state === 'confirmed')
    .sort(
      (left, right) =>
        SEVERITIES.indexOf(left.severity) - SEVERITIES.indexOf(right.severity) ||
        Number(right.rootCause) - Number(left.rootCause),
    );
}
