import type { InsightDraft } from '@app/llm';

interface PackedFinding {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly rootCause: boolean;
  readonly evidence: readonly { readonly id: string }[];
  readonly candidateActions: readonly {
    readonly type: string;
    readonly parameters: Readonly<Record<string, string | number | boolean>>;
  }[];
}

const DATA = /<analysis-data>\n([\s\S]*?)\n<\/analysis-data>/;

function recommendation(finding: PackedFinding): InsightDraft['recommendations'][number] {
  const candidate = finding.candidateActions[0];
  return {
    title: `Deal with: ${finding.title}`,
    rationale: finding.summary,
    priority: 'high',
    findingIds: [finding.id],
    evidenceIds: finding.evidence.map(({ id }) => id),
    action: candidate
      ? {
          type: candidate.type,
          parameters: Object.entries(candidate.parameters).map(([name, value]) => ({ name, value: String(value) })),
        }
      : null,
    expectedEffect: 'The condition should clear.',
    effort: 'low',
    risk: 'low',
  };
}

/** The answer of a well-behaved model: it repeats what the prompt's data says. Null when there is no data. */
export function groundedDraft(prompt: string): InsightDraft | null {
  const data = DATA.exec(prompt)?.[1];
  if (data === undefined) return null;
  const { findings } = JSON.parse(data) as { readonly findings: readonly PackedFinding[] };
  return {
    summary: findings.map(({ summary }) => summary).join(' ') || 'Nothing was found.',
    rootCauses: findings
      .filter(({ rootCause }) => rootCause)
      .map(({ id, summary }) => ({ findingId: id, explanation: summary })),
    recommendations: findings.map(recommendation),
  };
}
