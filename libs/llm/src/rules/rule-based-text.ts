import type { InsightRequest, Insights } from '@app/core';
import type { InsightDraft } from '../insight.schema.js';
import { type FindingGroup, findingGroups } from './finding-groups.js';
import { chainOf, measuredAt, measuredOf } from './finding-sentences.js';
import { ruleRecommendations } from './rule-recommendations.js';
import { firstStepOf, ruleSummary } from './rule-summary.js';
import { SubjectNames } from './subject-names.js';
import { sentence } from './words.js';

/** The part of the insights that is language. */
export type RuleBasedText = Pick<Insights, 'summary' | 'rootCauses' | 'recommendations'>;

export interface RuleBasedAnswer {
  readonly text: RuleBasedText;
  /** Those of its sentences that advise and claim nothing of the machine. */
  readonly advice: readonly string[];
}

/** What the findings say in plain English, and what to do about them. */
export function ruleBasedAnswer(request: InsightRequest): RuleBasedAnswer {
  const advice = new Set<string>();
  const names = new SubjectNames(request);
  const groups = findingGroups(request);
  const recommendations = ruleRecommendations(groups, request, names, advice);
  for (const recommendation of recommendations.slice(0, 1)) advice.add(firstStepOf(recommendation));
  const summary = ruleSummary(request, groups, recommendations, names);
  const rootCauses = groups.flatMap((group) => rootCausesOf(group, names));
  return { text: { summary, rootCauses, recommendations }, advice: [...advice] };
}

/** Every root cause with its own numbers; what follows is told once for all of its kind. */
function rootCausesOf(group: FindingGroup, names: SubjectNames): Insights['rootCauses'][number][] {
  const chain = chainOf(group);
  return group.findings
    .filter(({ rootCause }) => rootCause)
    .map((finding, index) => ({
      findingId: finding.id,
      explanation: [
        group.findings.length > 1 ? measuredAt(finding, names) : measuredOf(finding),
        ...(chain !== null && index === 0 ? [sentence(chain)] : []),
      ].join(' '),
    }));
}

/** The text in the shape in which a model answers. */
export function asDraft({ summary, rootCauses, recommendations }: RuleBasedText): InsightDraft {
  return {
    summary,
    rootCauses: rootCauses.map((cause) => ({ ...cause })),
    recommendations: recommendations.map((recommendation) => ({
      title: recommendation.title,
      rationale: recommendation.rationale,
      priority: recommendation.priority,
      findingIds: [...recommendation.findingIds],
      evidenceIds: [...recommendation.evidenceIds],
      action: recommendation.action && {
        type: recommendation.action.type,
        parameters: Object.entries(recommendation.action.parameters).map(([name, value]) => ({
          name,
          value: String(value),
        })),
      },
      expectedEffect: recommendation.expectedEffect,
      effort: recommendation.effort,
      risk: recommendation.risk,
    })),
  };
}
