import type { AnalysisContext } from '../analysis-context.js';
import type { Rule } from './rule.js';

/** How much softer a bound becomes for a confirmed finding, so that it does not flap around the bound. */
export const HYSTERESIS_RATIO = 0.1;

type Overrides = AnalysisContext['thresholds'];
type ThresholdOwner = Pick<Rule, 'id' | 'thresholds'>;

/** The rule's thresholds with the configured ones in their place, kept inside the range that the rule allows. */
export function resolveThresholds(rule: ThresholdOwner, overrides: Overrides): Record<string, number> {
  const configured = overrides[rule.id] ?? {};
  const resolved: Record<string, number> = {};
  for (const [name, { value, range }] of Object.entries(rule.thresholds)) {
    const wanted = Object.hasOwn(configured, name) ? configured[name] : undefined;
    const isUsable = wanted !== undefined && Number.isFinite(wanted);
    resolved[name] = isUsable ? Math.min(range.max, Math.max(range.min, wanted)) : value;
  }
  return resolved;
}

/** The bounds that a confirmed finding has to get behind before it counts as over. */
export function softenThresholds(rule: ThresholdOwner, thresholds: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(thresholds).map(([name, value]) => {
      const softens = rule.thresholds[name]?.softens;
      if (softens === undefined) return [name, value];
      return [name, value * (softens === 'down' ? 1 - HYSTERESIS_RATIO : 1 + HYSTERESIS_RATIO)];
    }),
  );
}

/** Overrides that name no rule (`rule`) or none of its thresholds (`rule.name`). */
export function unknownThresholdsOf(rules: readonly ThresholdOwner[], overrides: Overrides): string[] {
  return Object.entries(overrides).flatMap(([ruleId, values]) => {
    const rule = rules.find(({ id }) => id === ruleId);
    if (!rule) return [ruleId];
    return Object.keys(values)
      .filter((name) => !Object.hasOwn(rule.thresholds, name))
      .map((name) => `${ruleId}.${name}`);
  });
}

/** Overrides outside the range that their rule allows, in words; they take effect at the nearer end. */
export function thresholdsOutOfRangeOf(rules: readonly ThresholdOwner[], overrides: Overrides): string[] {
  return rules.flatMap((rule) =>
    Object.entries(overrides[rule.id] ?? {}).flatMap(([name, value]) => {
      const range = Object.hasOwn(rule.thresholds, name) ? rule.thresholds[name]?.range : undefined;
      if (!range || (value >= range.min && value <= range.max)) return [];
      return [`${rule.id}.${name} has to be from ${range.min} to ${range.max}`];
    }),
  );
}
