export type { AnalysisContext } from './analysis-context.js';
export * from './analysis.module.js';
export * from './analyzer.js';
export * from './format-evidence.js';
export * from './rule-catalogue.js';
export type { RuleDescription } from './rule-description.js';
export { ruleDocument } from './rule-document.js';
export { DURATION_CLASSES, type DurationClass, type RuleInput } from './rules/rule.js';
export { CONFIDENCE_FACTORS, EFFECT_FACTOR, SEVERITY_POINTS } from './score.js';
