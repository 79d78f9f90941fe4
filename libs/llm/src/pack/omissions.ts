import { type Finding, SEVERITIES } from '@app/core';
import { actionsAt, type Detail, readingsAt } from './finding-lines.js';

type Told = readonly (readonly [Finding, Detail])[];

function counted(count: number, one: string, many: string): string {
  return count === 1 ? one : many.replace('%', String(count));
}

function bySeverity(findings: readonly Finding[]): string {
  return SEVERITIES.map((name) => ({ name, count: findings.filter(({ severity }) => severity === name).length }))
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${count} ${name}`)
    .join(', ');
}

/** What a pack does not tell, one sentence per kind; empty when it tells everything. */
export function omissionsOf(told: Told): string[] {
  const untold = told.filter(([, detail]) => detail === 0).map(([finding]) => finding);
  const titles = told.filter(([, detail]) => detail === 1).length;
  const detailed = told.filter(([, detail]) => detail >= 2);
  const readings = detailed.reduce(
    (sum, [finding, detail]) => sum + finding.evidence.length - readingsAt(finding, detail).length,
    0,
  );
  const actions = detailed.reduce(
    (sum, [finding, detail]) => sum + finding.candidateActions.length - actionsAt(finding, detail).length,
    0,
  );
  return [
    ...(untold.length > 0
      ? [
          `${counted(untold.length, 'One finding of lower rank is', '% findings of lower rank are')} only counted (${bySeverity(untold)}).`,
        ]
      : []),
    ...(titles > 0
      ? [counted(titles, 'One finding is told by its title only.', '% findings are told by their titles only.')]
      : []),
    ...(readings > 0 ? [counted(readings, 'One reading is left out.', '% readings are left out.')] : []),
    ...(actions > 0 ? [counted(actions, 'One proposed action is left out.', '% proposed actions are left out.')] : []),
  ];
}
