import type { InsightDraft } from '@app/llm';

type DraftAction = InsightDraft['recommendations'][number]['action'];

interface ReadFinding {
  readonly id: string;
  readonly isRootCause: boolean;
  readonly isEffect: boolean;
  readonly title: string;
  summary: string;
  action: DraftAction;
  readonly evidenceIds: string[];
}

const DATA = /<analysis-data>\n([\s\S]*?)\n<\/analysis-data>/;
const FINDING = /^ (f\d+) (root cause|symptom|caused by f\d+(?:, f\d+)*), [^:"]*: "(.*)"$/;
const SUMMARY = /^ {2}"(.*)"$/;
const READING = /^ {2}(e\d+) /;
const PROPOSALS = /^ {2}do: (.*)$/;
const FIRST_PROPOSAL = /^[^\s;]+(?: \w+=(?:"[^"]*"|[^\s;]+))*/;
const PARAMETER = / (\w+)=(?:"([^"]*)"|([^\s;]+))/g;
/** The limits that the prompt sets. */
const MOST_RECOMMENDATIONS = 4;
const MOST_ROOT_CAUSES = 3;
const MOST_EVIDENCE = 3;

function firstAction(proposals: string): DraftAction {
  const [first = ''] = FIRST_PROPOSAL.exec(proposals) ?? [];
  return {
    type: first.split(' ')[0] ?? '',
    parameters: [...first.matchAll(PARAMETER)].map(([, name = '', quoted, plain]) => ({
      name,
      value: quoted ?? plain ?? '',
    })),
  };
}

function readFindings(data: string): ReadFinding[] {
  const findings: ReadFinding[] = [];
  for (const line of data.split('\n')) {
    const [, id = '', standing = '', title = ''] = FINDING.exec(line) ?? [];
    if (id !== '') {
      const isRootCause = standing === 'root cause';
      const isEffect = standing.startsWith('caused by');
      findings.push({ id, isRootCause, isEffect, title, summary: title, action: null, evidenceIds: [] });
      continue;
    }
    const finding = findings.at(-1);
    if (!finding) continue;
    finding.summary = SUMMARY.exec(line)?.[1] ?? finding.summary;
    const proposals = PROPOSALS.exec(line)?.[1];
    if (proposals !== undefined) finding.action = firstAction(proposals);
    const evidenceId = READING.exec(line)?.[1];
    if (evidenceId !== undefined) finding.evidenceIds.push(evidenceId);
  }
  // The text is ordered by device, the ids by weight.
  return findings.sort((left, right) => Number(left.id.slice(1)) - Number(right.id.slice(1)));
}

function recommendation(finding: ReadFinding): InsightDraft['recommendations'][number] {
  return {
    title: finding.title,
    rationale: finding.summary,
    priority: 'high',
    findingIds: [finding.id],
    evidenceIds: finding.evidenceIds.slice(0, MOST_EVIDENCE),
    action: finding.action,
    expectedEffect: 'The cited readings will show the effect.',
    effort: 'low',
    risk: 'low',
  };
}

/** The answer of a well-behaved model: it repeats what the prompt's data says. Null when there is no data. */
export function groundedDraft(prompt: string): InsightDraft | null {
  const data = DATA.exec(prompt)?.[1];
  if (data === undefined) return null;
  const findings = readFindings(data);
  const causes = findings.filter(({ isEffect }) => !isEffect);
  const told = findings.slice(0, 2).map(({ summary }) => (/[.!?…]$/.test(summary) ? summary : `${summary}.`));
  return {
    summary: told.join(' ') || 'Nothing was found.',
    rootCauses: findings
      .filter(({ isRootCause }) => isRootCause)
      .slice(0, MOST_ROOT_CAUSES)
      .map(({ id, summary }) => ({ findingId: id, explanation: summary })),
    recommendations: causes.slice(0, MOST_RECOMMENDATIONS).map(recommendation),
  };
}
