import type { Category, EvidenceUnit, SubjectKind } from '@app/core';
import type { DurationClass, RuleInput } from './rules/rule.js';

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
