import type { Category, EvidenceUnit, SubjectKind } from '@app/core';
import type { AnalysisContext } from './analysis-context.js';
import { type DurationClass, type RuleInput, subjectKindOf } from './rules/rule.js';
import type { Rule } from './rules/rule.js';
import { RULES } from './rules/rules.js';
import { thresholdsOutOfRangeOf, unknownThresholdsOf } from './rules/thresholds.js';
import { WAITING_RULES } from './waiting-rules.js';

/** A rule as the API shows it. */
export interface RuleDescription {
  readonly id: string;
  readonly title: string;
  readonly category: Category;
  readonly subject: SubjectKind;
  readonly inputs: readonly RuleInput[];
  readonly thresholds: readonly {
    readonly name: string;
    readonly value: number;
    readonly unit: EvidenceUnit;
    readonly source: string;
    readonly range: { readonly min: number; readonly max: number };
    readonly description: string;
  }[];
  readonly durationClass: DurationClass;
  readonly candidateActions: readonly string[];
  readonly reference: string;
  /** False for a rule that is known and waits for something. */
  readonly isEvaluated: boolean;
  readonly waitsFor: string | null;
}

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
