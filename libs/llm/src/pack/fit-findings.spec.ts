import { describe, expect, it } from '@jest/globals';
import type { Finding } from '@app/core';
import { aConfirmedFinding } from '@app/testing/llm';
import { type Costs, fitFindings } from './fit-findings.js';

/** A detail costs ten tokens a step; devices and actions cost nothing. */
const COSTS: Costs = { finding: (_, detail) => detail * 10, subject: () => 0, action: () => 0 };

function findings(...kinds: readonly ('root' | 'effect')[]): Finding[] {
  return kinds.map((kind, index) =>
    aConfirmedFinding({
      id: `f${index}`,
      rootCause: kind === 'root',
      subject: { kind: 'gpu', id: `g${index}`, label: `GPU ${index}` },
    }),
  );
}

describe('a budget of tokens', () => {
  it('tells everything where there is room', () => {
    expect(fitFindings(findings('root', 'effect'), COSTS, 80)).toEqual([4, 4]);
  });

  it('tells root causes before it titles effects, and titles before more readings', () => {
    const ranked = findings('root', 'effect', 'root');
    expect(fitFindings(ranked, COSTS, 40)).toEqual([2, 0, 2]);
    expect(fitFindings(ranked, COSTS, 50)).toEqual([2, 1, 2]);
    expect(fitFindings(ranked, COSTS, 70)).toEqual([3, 1, 3]);
    expect(fitFindings(ranked, COSTS, 100)).toEqual([4, 2, 4]);
  });

  it('never tells a finding at the cost of a weightier one', () => {
    const ranked = findings(...Array.from({ length: 30 }, () => 'root' as const));
    for (const budget of [0, 15, 100, 333, 700]) {
      const details = fitFindings(ranked, COSTS, budget);
      expect(details.slice(6)).toEqual([...details.slice(6)].sort((left, right) => right - left));
      expect(details.reduce<number>((sum, detail) => sum + detail * 10, 0)).toBeLessThanOrEqual(budget);
    }
  });

  it('pays for a device and for a type of action once', () => {
    const shared = findings('root', 'root').map((finding) => ({
      ...finding,
      subject: { ...finding.subject, id: 'g' },
    }));
    const costs: Costs = { finding: (_, detail) => detail * 10, subject: () => 100, action: () => 1000 };
    expect(fitFindings(shared, costs, 1140)).toEqual([2, 2]);
    expect(fitFindings(shared, costs, 1139)).toEqual([2, 1]);
    expect(fitFindings(shared, costs, 119)).toEqual([1, 0]);
  });
});
