import type { Insights } from '@app/core';
import type { Scenario } from '../scenarios/scenario.js';

/** One scenario that a model was asked about, and what became of its answer. */
export interface Evaluated {
  readonly scenario: Pick<Scenario, 'id' | 'family' | 'truth'>;
  readonly insights: Insights;
  /** Rule of each finding by its id, to hold what the answer names against the truth. */
  readonly ruleOf: ReadonlyMap<string, string>;
  readonly latencyMs: number;
  /** The prompt is another one than was recorded; null when nothing was recorded before. */
  readonly isPromptChanged: boolean | null;
}

/** What the answers of one family come to. */
export interface EvaluationTotals {
  readonly family: string;
  readonly asked: number;
  /** Answers that were used, also in part. */
  readonly used: number;
  /** Of the answers used: every root cause that the truth names is explained. */
  readonly causesNamed: number;
  readonly causesAsked: number;
  /** Of the answers used: the first recommended action is one that the truth accepts. */
  readonly actionsRight: number;
  readonly actionsAsked: number;
  readonly harmfulActions: number;
  readonly claims: number;
  readonly removed: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Null when the price of the model is not known. */
  readonly costUsd: number | null;
  readonly latencies: readonly number[];
  readonly changedPrompts: number;
  readonly reasons: readonly string[];
}

export function totalsOf(family: string, evaluated: readonly Evaluated[]): EvaluationTotals {
  const used = evaluated.filter(({ insights }) => insights.source === 'llm');
  const withCauses = used.filter(({ scenario }) => scenario.truth.rootCauses.length > 0);
  const withActions = used.filter(({ scenario }) => (scenario.truth.acceptableActions ?? []).length > 0);
  const sum = (of: (one: Evaluated) => number): number => evaluated.reduce((total, one) => total + of(one), 0);
  const costs = evaluated.map(({ insights }) => insights.usage.costUsd);
  return {
    family,
    asked: evaluated.length,
    used: used.length,
    causesNamed: withCauses.filter(namesEveryCause).length,
    causesAsked: withCauses.length,
    actionsRight: withActions.filter(startsWithAWantedAction).length,
    actionsAsked: withActions.length,
    harmfulActions: used.reduce((total, one) => total + harmfulActionsOf(one).length, 0),
    claims: sum(({ insights }) => insights.grounding.claims),
    removed: sum(({ insights }) => insights.grounding.removed.length),
    promptTokens: sum(({ insights }) => insights.usage.promptTokens),
    completionTokens: sum(({ insights }) => insights.usage.completionTokens),
    costUsd: costs.every((cost) => cost !== null) ? costs.reduce((total, cost) => total + cost, 0) : null,
    latencies: evaluated.map(({ latencyMs }) => latencyMs),
    changedPrompts: evaluated.filter(({ isPromptChanged }) => isPromptChanged === true).length,
    reasons: evaluated.flatMap(({ scenario, insights }) =>
      insights.degradedReason === null ? [] : [`${scenario.id}: ${insights.degradedReason}`],
    ),
  };
}

function namesEveryCause({ scenario, insights, ruleOf }: Evaluated): boolean {
  const named = new Set(insights.rootCauses.map(({ findingId }) => ruleOf.get(findingId)));
  return scenario.truth.rootCauses.every((rule) => named.has(rule));
}

function startsWithAWantedAction({ scenario, insights }: Evaluated): boolean {
  const first = insights.recommendations.find(({ action }) => action !== null)?.action;
  return first !== undefined && first !== null && (scenario.truth.acceptableActions ?? []).includes(first.type);
}

/** Types of recommended actions that would do harm in the scenario. */
export function harmfulActionsOf({ scenario, insights }: Evaluated): string[] {
  const forbidden = scenario.truth.forbiddenActions ?? [];
  return insights.recommendations.flatMap(({ action }) =>
    action !== null && forbidden.includes(action.type) ? [action.type] : [],
  );
}
