import type { Evidence, Insights } from '@app/core';
import type { ScenarioOutcome } from './evaluate.js';

/** An answer as a person reads it, with the evidence behind it by its ids in the API. */
export function answerText(insights: Insights, evidence: ReadonlyMap<string, Evidence>): string {
  const causes = insights.rootCauses.map(({ findingId, explanation }) => `- ${explanation} (\`${findingId}\`)`);
  const steps = insights.recommendations.flatMap((step, index) => [
    `${index + 1}. **${step.title}** (${step.priority} priority, ${step.risk} risk)`,
    `   ${step.rationale}`,
    `   ${step.expectedEffect}`,
    `   Evidence: ${boundedEvidence(step.evidenceIds, evidence)}.`,
  ]);
  const { claims, verified, removed } = insights.grounding;
  return [
    insights.summary,
    '',
    'Root causes:',
    '',
    ...causes,
    '',
    'Recommendations:',
    '',
    ...steps,
    '',
    `Claims: ${claims}, verified: ${verified}.`,
    ...removed.map(({ text, reason }) => `Removed: “${text}” ${reason}`),
  ].join('\n');
}

/** Readings that were held against a bound; the rest is context, which the API has as well. */
function boundedEvidence(ids: readonly string[], evidence: ReadonlyMap<string, Evidence>): string {
  const bounded = ids.flatMap((id) => evidence.get(id) ?? []).filter(({ operator }) => operator !== null);
  return bounded.map((one) => `${one.signal} ${short(one.value)} (${one.operator} ${short(one.threshold)})`).join('; ');
}

function short(value: Evidence['value']): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);
}

/** Both answers to one scenario, the rules' first. */
export function bothAnswers(outcome: ScenarioOutcome, byRules: Insights): string {
  const { evidence, evaluated } = outcome;
  const { insights } = evaluated;
  const model =
    insights.source === 'llm'
      ? answerText(insights, evidence)
      : `The model's answer was not used: ${insights.degradedReason}`;
  return [
    '**Written by the rules** (no key, no model):',
    '',
    answerText(byRules, evidence),
    '',
    '**The path of a model, from the synthetic recording** (no model wrote it):',
    '',
    model,
  ].join('\n');
}
