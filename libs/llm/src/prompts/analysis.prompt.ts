/** Bounds of an answer; together they keep it below 700 tokens. */
export interface AnswerLimits {
  readonly rootCauses: number;
  readonly recommendations: number;
  readonly evidenceIds: number;
}

/** How the situation is to be told. */
export function analysisTask({ rootCauses }: AnswerLimits): string {
  return `Analysis:
- "summary": two sentences: what is wrong and why; then what to do first.
- "rootCauses": at most ${rootCauses} findings that are marked "root cause", weightiest first, each with one sentence that gives its numbers and what it causes. A finding with "caused by" is explained by its cause.`;
}
