import type { NotEvaluated } from '@app/core';
import { percent } from './bounds.js';
import type { ScenarioScore } from './score-scenario.js';
import { isHealthy, nameOf, type VerdictScore } from './score-verdict.js';
import type { FamilyTally, Tally } from './tally.js';
import type { VerdictFinding } from './verdict.js';

/** As many subjects as a reader wants to see of one rule. */
const MOST_REASONS = 3;

const COLUMNS: readonly (readonly [string, (row: FamilyTally) => string])[] = [
  ['family', ({ family }) => family],
  ['scenarios', ({ scenarios }) => String(scenarios)],
  ['top-1', ({ analysis }) => percent(analysis.top1)],
  ['all causes', ({ analysis }) => percent(analysis.allCauses)],
  ['false findings per 1,000 healthy frames', ({ analysis }) => falseRateOf(analysis)],
  ['not found', ({ analysis }) => String(analysis.missed)],
  ['found and must not', ({ analysis }) => String(analysis.forbiddenFindings)],
  ['wrong subject', ({ analysis }) => String(analysis.wrongSubjects)],
  ['harmful actions', ({ analysis }) => String(analysis.forbiddenActions)],
  [
    'a wanted action',
    ({ analysis }) => (analysis.acceptableActions === null ? '–' : percent(analysis.acceptableActions)),
  ],
  ['always healthy: top-1', ({ alwaysHealthy }) => percent(alwaysHealthy.top1)],
  ['always healthy: all causes', ({ alwaysHealthy }) => percent(alwaysHealthy.allCauses)],
  ['fixed thresholds: top-1', ({ fixedThresholds }) => percent(fixedThresholds.top1)],
  ['fixed thresholds: all causes', ({ fixedThresholds }) => percent(fixedThresholds.allCauses)],
  ['fixed thresholds: false findings', ({ fixedThresholds }) => falseRateOf(fixedThresholds)],
];

function falseRateOf({ falseFindingsPerThousandFrames: rate }: Tally): string {
  return rate === null ? '–' : rate.toFixed(1);
}

/** A Markdown table, its cells padded as prettier would; the same scores give the same text. */
export function tableOf(tallies: readonly FamilyTally[]): string {
  const columns = COLUMNS.map(([title, cell], position) => {
    const cells = [title, ...tallies.map(cell)];
    const width = Math.max(...cells.map(({ length }) => length));
    const isText = position === 0;
    const [head = '', ...rows] = cells.map((text) => (isText ? text.padEnd(width) : text.padStart(width)));
    return [head, isText ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`, ...rows];
  });
  const lines = columns[0]?.map((_, line) => columns.map((cells) => cells[line]).join(' | ')) ?? [];
  return lines.map((line) => `| ${line} |`).join('\n');
}

/** What went wrong with a scenario, line by line; empty when nothing did. */
export function missOf(score: ScenarioScore): string[] {
  const { scenario, analysis, verdict } = score;
  const complaints = complaintsOf(analysis);
  if (complaints.length === 0) return [];
  const { rootCauses } = scenario.truth;
  const found = verdict.findings.filter(({ severity }) => severity !== 'info');
  return [
    `${scenario.id} (${scenario.family}, ${scenario.kind}): ${complaints.join('; ')}`,
    `  expected: ${isHealthy(scenario.truth) ? 'nothing' : rootCauses.join(', ')}; first is ${verdict.primaryBottleneck ?? 'nothing'}`,
    `  got: ${found.map(wordsOf).join('; ') || 'nothing'}`,
    ...(analysis.hasAcceptableAction === false || analysis.forbiddenActions.length > 0 ? [actionsOf(score)] : []),
    ...analysis.missed.flatMap((ruleId) => reasonsOf(ruleId, score.notEvaluated)),
  ];
}

function wordsOf(finding: VerdictFinding): string {
  return `${nameOf(finding)} ${finding.severity}${finding.isRoot ? '' : ', an effect'}`;
}

function complaintsOf(score: VerdictScore): string[] {
  const named = (what: string, names: readonly string[]) => (names.length === 0 ? [] : [`${what} ${names.join(', ')}`]);
  return [
    ...(score.isTop1 ? [] : ['the first cause is wrong']),
    ...(score.allCauses === 1 ? [] : [`all causes ${percent(score.allCauses)}`]),
    ...named('false:', score.falseFindings),
    ...named('not found:', score.missed),
    ...named('must not be found:', score.forbiddenFindings),
    ...named('on the wrong subject:', score.wrongSubjects),
    ...named('harmful:', score.forbiddenActions),
    ...(score.hasAcceptableAction === false ? ['no wanted action'] : []),
  ];
}

function actionsOf({ scenario, verdict }: ScenarioScore): string {
  const { acceptableActions = [] } = scenario.truth;
  const proposed = [...new Set(verdict.findings.flatMap(({ actions }) => actions))];
  return `  actions: ${proposed.join(', ') || 'none'}; wanted one of: ${acceptableActions.join(', ') || 'none'}`;
}

function reasonsOf(ruleId: string, notEvaluated: readonly NotEvaluated[]): string[] {
  const reasons = notEvaluated.filter((entry) => entry.ruleId === ruleId);
  const shown = reasons
    .slice(0, MOST_REASONS)
    .map(({ subject, reason }) => `  not evaluated: ${ruleId} (${subject ?? 'no subject'}): ${reason}`);
  const left = reasons.length - shown.length;
  return left > 0 ? [...shown, `  … and of ${left} more`] : shown;
}
