import type { ActionDefinition, CandidateAction, Finding, Priority, Recommendation, Severity } from '@app/core';
import { boundText, signalText, valueText } from '../evidence-text.js';
import { riskLevel } from '../risk-level.js';
import { asData } from '../untrusted-text.js';
import { ACTION_PHRASES, type ActionPhrase } from './action-phrases.js';

const PRIORITY: Readonly<Record<Severity, Priority>> = {
  critical: 'high',
  high: 'high',
  medium: 'medium',
  low: 'low',
  info: 'low',
};
/** As many as a verified answer of a model may have. */
const MOST_RECOMMENDATIONS = 10;
const MOST_READINGS = 2;

interface Proposal {
  readonly finding: Finding;
  readonly candidate: CandidateAction | null;
  /** Other findings that the same step serves. */
  readonly others: Finding[];
}

function sentence(text: string): string {
  const plain = asData(text, 600);
  return /[.!?]$/.test(plain) ? plain : `${plain}.`;
}

/** Numbers that were held against a bound and that the summary does not show already. */
function readings({ evidence, summary }: Finding): string[] {
  return evidence
    .filter((entry) => typeof entry.threshold === 'number' && entry.operator !== null)
    .filter((entry) => !summary.includes(valueText(entry.value, entry.unit)))
    .slice(0, MOST_READINGS)
    .map((entry) => {
      const value = valueText(entry.value, entry.unit);
      return sentence(`Measured ${signalText(entry.signal)}: ${value}, with a bound of ${boundText(entry) ?? ''}`);
    });
}

/** Automatic actions are one step for all findings; the others act on one subject. */
function keyOf({ type, parameters }: CandidateAction, finding: Finding, definition: ActionDefinition): string {
  const subject = definition.gate === 'automatic' ? '' : finding.subject.id;
  return JSON.stringify([type, subject, Object.entries(parameters).sort()]);
}

/** A symptom has no proposals of its own while one of its causes has. */
function isServedByCause(finding: Finding, confirmed: readonly Finding[]): boolean {
  const causes = confirmed.filter(({ id }) => finding.causedBy.includes(id));
  return !finding.rootCause && causes.some(({ candidateActions }) => candidateActions.length > 0);
}

function proposals(confirmed: readonly Finding[], definitions: ReadonlyMap<string, ActionDefinition>): Proposal[] {
  const byKey = new Map<string, Proposal>();
  for (const finding of confirmed) {
    // Context is never alone a reason to act.
    if (finding.severity === 'info' || isServedByCause(finding, confirmed)) continue;
    const known = finding.candidateActions.filter(({ type }) => definitions.has(type));
    if (known.length === 0) byKey.set(finding.id, { finding, candidate: null, others: [] });
    for (const candidate of known) {
      const definition = definitions.get(candidate.type);
      if (!definition) continue;
      const key = keyOf(candidate, finding, definition);
      const existing = byKey.get(key);
      if (!existing) byKey.set(key, { finding, candidate, others: [] });
      else if (existing.finding !== finding) existing.others.push(finding);
    }
  }
  return [...byKey.values()];
}

function phraseOf({ finding, candidate }: Proposal, definition: ActionDefinition | undefined): ActionPhrase {
  const known = candidate ? ACTION_PHRASES[candidate.type] : undefined;
  if (known) return known;
  const effect = `${sentence(finding.title).slice(0, -1)} should clear; the same readings show whether it did.`;
  if (!definition) {
    return {
      title: 'Look into {subject}',
      reason: 'No action of the catalogue fits; the evidence says where to look.',
      effect,
      effort: 'medium',
    };
  }
  const effort = definition.gate === 'recommend' || definition.risk === 'destructive' ? 'medium' : 'low';
  return { title: `${definition.title}: {subject}`, reason: definition.description, effect, effort };
}

function rationaleOf(proposal: Proposal, reason: string, confirmed: readonly Finding[]): string {
  const { finding, others } = proposal;
  const symptoms = confirmed.filter(({ causedBy }) => causedBy.includes(finding.id));
  const explained = symptoms.map(({ title, subject }) => sentence(`It explains: ${title} (${subject.label})`));
  const shared = others.map(({ title, subject }) => sentence(`It also serves: ${title} (${subject.label})`));
  return [sentence(finding.summary), ...readings(finding), ...explained, ...shared, reason].join(' ');
}

/** What to do, weightiest first: the steps that the findings propose, each once. */
export function ruleRecommendations(
  confirmed: readonly Finding[],
  candidateActions: readonly ActionDefinition[],
): Recommendation[] {
  const definitions = new Map(candidateActions.map((definition) => [definition.type, definition]));
  return proposals(confirmed, definitions)
    .slice(0, MOST_RECOMMENDATIONS)
    .map((proposal, index) => {
      const { finding, candidate, others } = proposal;
      const definition = candidate ? definitions.get(candidate.type) : undefined;
      const phrase = phraseOf(proposal, definition);
      return {
        id: `r${index + 1}`,
        title: phrase.title.replace('{subject}', () => asData(finding.subject.label, 120)),
        rationale: rationaleOf(proposal, phrase.reason, confirmed),
        priority: PRIORITY[finding.severity],
        findingIds: [finding, ...others].map(({ id }) => id),
        evidenceIds: [finding, ...others].flatMap(({ evidence }) => evidence.map(({ id }) => id)),
        action: candidate,
        expectedEffect: phrase.effect,
        effort: phrase.effort,
        risk: definition ? riskLevel(definition.risk) : 'low',
      };
    });
}
