import type { AnswerLimits } from './analysis.prompt.js';

/** What a recommendation is made of. */
export function recommendationTask({ recommendations, evidenceIds }: AnswerLimits): string {
  return `Recommendations:
- At most ${recommendations}, most urgent first; findings that one step serves share one. Serve the objective where health allows it.
- "title": at most eight words. "rationale": one sentence with the numbers that matter. "evidenceIds": at most ${evidenceIds} readings that it rests on.
- "expectedEffect": one sentence without numbers on which reading will show the effect.`;
}
