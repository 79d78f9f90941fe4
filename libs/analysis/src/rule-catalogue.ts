import type { AnalysisContext } from './analysis-context.js';
import type { RuleDescription } from './rule-description.js';
import { subjectKindOf } from './rules/rule.js';
import type { Rule } from './rules/rule.js';
import { RULES } from './rules/rules.js';
import { thresholdsOutOfRangeOf, unknownThresholdsOf } from './rules/thresholds.js';
import { WAITING_RULES } from './waiting-rules.js';

/** Every rule with its built-in thresholds, and those that wait. */
export function ruleCatalogue(): RuleDescription[] {
  return [...RULES.map(descriptionOf), ...WAITING_RULES];
}

function descriptionOf(rule: Rule): RuleDescription {
  return {
    id: rule.id,
    title: rule.title,
    category: rule.category,
    subject: subjectKindOf(rule.scope),
    inputs: rule.inputs,
    thresholds: Object.entries(rule.thresholds).map(([name, { value, unit, source, range, description }]) => ({
      name,
      value,
      unit,
      source,
      range,
      description,
    })),
    durationClass: rule.durationClass,
    candidateActions: rule.candidateActions,
    reference: rule.reference,
    isEvaluated: true,
    waitsFor: null,
  };
}

/** Configured thresholds that no rule has, as `rule` or `rule.threshold`. */
export function unknownThresholds(overrides: AnalysisContext['thresholds']): string[] {
  return unknownThresholdsOf(RULES, overrides);
}

/** Configured thresholds outside the range of their rule, in words; they take effect at the nearer end. */
export function thresholdsOutOfRange(overrides: AnalysisContext['thresholds']): string[] {
  return thresholdsOutOfRangeOf(RULES, overrides);
}
