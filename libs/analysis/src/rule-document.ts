import { CAUSES } from './cause-graph.js';
import type { RuleDescription } from './rule-description.js';

const INTRODUCTION = `# Rules

Written by \`npm run rules:write\` from the rules themselves; \`GET /analysis/rules\` serves the same. Thresholds are set in \`CONFIG_FILE\` as \`thresholds.<rule>.<name>\`, in the unit that stands here.

A finding is \`suspected\` until its duration is reached, then \`confirmed\`: D0 at once, D1 after three samples over at least a minute, D2 after ten minutes, D3 after half an hour. A rule without one of its required inputs is not evaluated, and says which.
`;

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function thresholdTable({ thresholds }: RuleDescription): string[] {
  if (thresholds.length === 0) return [];
  const rows = thresholds.map(
    ({ name, value, unit, range, source, description }) =>
      `| \`${name}\` | ${value} | ${unit} | ${range.min} to ${range.max} | ${cell(description)} | ${cell(source)} |`,
  );
  return [
    '| threshold | value | unit | range | what it bounds | source |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ];
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? '–' : names.map((name) => `\`${name}\``).join(', ');
}

function causesOf(id: string, side: 'cause' | 'effect'): string[] {
  const other = side === 'cause' ? 'effect' : 'cause';
  return [...new Set(CAUSES.filter((edge) => edge[other] === id).map((edge) => edge[side]))];
}

function sectionOf(rule: RuleDescription): string[] {
  const head = [`### ${rule.id}`, '', `${rule.title}. ${rule.category}, ${rule.subject}, ${rule.durationClass}.`, ''];
  if (rule.waitsFor !== null) return [...head, `Not evaluated yet: waits for ${rule.waitsFor}.`, ''];
  const inputs = (isRequired: boolean): string =>
    listed(rule.inputs.filter(({ required }) => required === isRequired).map(({ signal }) => signal));
  return [
    ...head,
    ...thresholdTable(rule),
    `- Needs: ${inputs(true)}`,
    `- Uses where there: ${inputs(false)}`,
    `- May be explained by: ${listed(causesOf(rule.id, 'cause'))}`,
    `- May explain: ${listed(causesOf(rule.id, 'effect'))}`,
    `- Actions: ${listed(rule.candidateActions)}`,
    `- Reference: ${rule.reference}`,
    '',
  ];
}

/** The rules as a page of Markdown. */
export function ruleDocument(rules: readonly RuleDescription[]): string {
  const table = rules.map(
    ({ id, title, category, subject, durationClass }) =>
      `| [${id}](#${id}) | ${cell(title)} | ${category} | ${subject} | ${durationClass} |`,
  );
  const evaluated = rules.filter(({ isEvaluated }) => isEvaluated).length;
  return [
    INTRODUCTION,
    `${evaluated} rules are evaluated, ${rules.length - evaluated} wait for inputs.`,
    '',
    '| rule | title | category | subject | duration |',
    '| --- | --- | --- | --- | --- |',
    ...table,
    '',
    ...rules.flatMap(sectionOf),
  ].join('\n');
}
