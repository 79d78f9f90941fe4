import { type FamilyTally, TOTAL } from './tally.js';

/** What the analysis has to achieve. */
export const BOUNDS = { top1: 0.95, allCauses: 0.9, top1OfFamily: 0.85 } as const;

/** What is not achieved, in words; empty when all is. */
export function missedBounds(tallies: readonly FamilyTally[]): string[] {
  const missed: string[] = [];
  for (const { family, analysis } of tallies) {
    const atLeast = (what: string, share: number, bound: number): void => {
      if (share < bound) missed.push(`${family}: ${what} ${percent(share)} is below ${percent(bound)}`);
    };
    atLeast('top-1', analysis.top1, family === TOTAL ? BOUNDS.top1 : BOUNDS.top1OfFamily);
    if (family !== TOTAL) continue;
    atLeast('all causes', analysis.allCauses, BOUNDS.allCauses);
    if (analysis.falseFindings > 0) missed.push(`${analysis.falseFindings} findings on healthy machines`);
  }
  return missed;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
