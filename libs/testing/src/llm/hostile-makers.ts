import type { Evidence, Finding, InsightRequest } from '@app/core';

/** A small generator of repeatable choices. */
export class Dice {
  constructor(private state: number) {}

  below(limit: number): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.state / 2 ** 32) * limit);
  }

  of<T>(items: readonly [T, ...T[]]): T;
  of<T>(items: readonly T[]): T | undefined;
  of<T>(items: readonly T[]): T | undefined {
    return items[this.below(items.length)];
  }
}

export type Make = (request: InsightRequest, dice: Dice) => string[];

export function confirmed({ analysis }: InsightRequest): Finding[] {
  return analysis.findings.filter(({ state }) => state === 'confirmed');
}

export function readings(
  request: InsightRequest,
): { readonly finding: Finding; readonly evidence: Evidence; readonly value: number }[] {
  return confirmed(request).flatMap((finding) =>
    finding.evidence.flatMap((evidence) =>
      typeof evidence.value === 'number' ? [{ finding, evidence, value: evidence.value }] : [],
    ),
  );
}

/** A number that stands nowhere in the request, also not rounded. */
export function strange(request: InsightRequest, dice: Dice): number {
  const text = JSON.stringify([request.analysis, request.snapshot.gpus.length]);
  for (let tries = 0; tries < 50; tries += 1) {
    const number = 1231 + dice.below(7000) * 3;
    if (!text.includes(String(number)) && number % 10 !== 0) return number;
  }
  return 7919;
}

/** Names of GPUs of the snapshot that no finding is about. */
export function quietGpus(request: InsightRequest): string[] {
  const spoken = JSON.stringify(confirmed(request));
  return request.snapshot.gpus
    .filter(({ uuid, index }) => uuid !== null && !spoken.includes(uuid) && !spoken.includes(`GPU ${index} `))
    .map(({ index }) => `GPU ${index}`);
}

export const WORDS = ['seventeen', 'forty-three', 'two hundred and eleven', 'nine thousand'] as const;

/** Whether any text of the analysis has one of the words. */
export function speaksOf(request: InsightRequest, words: RegExp): boolean {
  return confirmed(request).some((finding) => {
    const { title, summary, ruleId, evidence, candidateActions } = finding;
    const actions = candidateActions.map(({ type }) => type).join(' ');
    return words.test(`${title} ${summary} ${ruleId} ${actions} ${evidence.map(({ signal }) => signal).join(' ')}`);
  });
}

export function unless(request: InsightRequest, words: RegExp, ...sentences: string[]): string[] {
  return speaksOf(request, words) ? [] : sentences;
}
