import type { EffectJudgement } from '@app/analysis';
import type { Outcome, OutcomeVerdict } from '@app/core';

export function outcomeOf({ verdict, metrics, explanation }: EffectJudgement): Outcome {
  return { verdict, metrics, explanation, rolledBack: false, frozen: false };
}

/** Of several actions the worst verdict counts; one that helped beside one that changed nothing has helped. */
const WORST_FIRST: readonly OutcomeVerdict[] = ['regressed', 'inconclusive', 'improved', 'neutral'];

/** The outcome of a run whose actions were watched one after the other. */
export function mergeOutcomes(earlier: Outcome | null, later: Outcome): Outcome {
  if (earlier === null) return later;
  const verdict = WORST_FIRST.find((one) => one === earlier.verdict || one === later.verdict) ?? later.verdict;
  return {
    verdict,
    metrics: [...earlier.metrics, ...later.metrics],
    rolledBack: earlier.rolledBack || later.rolledBack,
    frozen: earlier.frozen || later.frozen,
    explanation: `${earlier.explanation} ${later.explanation}`,
  };
}
