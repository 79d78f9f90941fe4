import { type Category, type Finding, type InsightRequest, type Objective, SEVERITIES, type Severity } from '@app/core';

/** Findings of one rule that ask for the same: they are spoken of once. */
export interface FindingGroup {
  /** Most urgent first; never empty. */
  readonly findings: readonly [Finding, ...Finding[]];
  /** The worst severity of the findings and of what they cause. */
  readonly severity: Severity;
  /** What they cause, nearest first, one list per step away from the cause; context is left out. */
  readonly effects: readonly (readonly Finding[])[];
}

const FAVOURED: Readonly<Record<Objective, readonly Category[]>> = {
  balanced: [],
  latency: ['bottleneck'],
  throughput: ['bottleneck'],
  energy: ['efficiency', 'cost'],
  cost: ['cost', 'efficiency'],
};

export function rankOf(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

function worst(findings: readonly Finding[]): Severity {
  return SEVERITIES[Math.min(...findings.map(({ severity }) => rankOf(severity)))] ?? 'info';
}

/** Distance of every effect from the roots by its longest way, so that a link never stands before what causes it. */
function effectsOf(roots: readonly Finding[], byCause: ReadonlyMap<string, readonly Finding[]>): Finding[][] {
  const depths = new Map<Finding, number>();
  const visit = (finding: Finding, depth: number, path: ReadonlySet<string>): void => {
    for (const effect of byCause.get(finding.id) ?? []) {
      // Declared causes have no circle; a broken one must not hang the writer.
      if (path.has(effect.id) || (depths.get(effect) ?? 0) >= depth) continue;
      depths.set(effect, depth);
      visit(effect, depth + 1, new Set([...path, effect.id]));
    }
  };
  for (const root of roots) visit(root, 1, new Set([root.id]));
  const levels: Finding[][] = [];
  for (const [effect, depth] of depths) (levels[depth - 1] ??= []).push(effect);
  return levels.filter((level) => level.length > 0);
}

function keyOf({ ruleId, candidateActions }: Finding): string {
  return JSON.stringify([ruleId, candidateActions.map(({ type, parameters }) => [type, parameters])]);
}

function causesOf(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const byCause = new Map<string, Finding[]>();
  for (const finding of findings) {
    for (const id of finding.causedBy) byCause.set(id, [...(byCause.get(id) ?? []), finding]);
  }
  return byCause;
}

/** What has to be dealt with: confirmed root causes, most urgent first, with what follows from them. */
export function findingGroups({ analysis, objective }: Pick<InsightRequest, 'analysis' | 'objective'>): FindingGroup[] {
  const counted = analysis.findings.filter(({ state, severity }) => state === 'confirmed' && severity !== 'info');
  const ids = new Set(counted.map(({ id }) => id));
  const byCause = causesOf(counted);
  const groups = new Map<string, [Finding, ...Finding[]]>();
  // A finding that only context explains stands for itself.
  for (const finding of counted.filter(({ causedBy }) => !causedBy.some((id) => ids.has(id)))) {
    const key = keyOf(finding);
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  const favour = (group: FindingGroup): number => Number(!FAVOURED[objective].includes(group.findings[0].category));
  return [...groups.values()]
    .map((members) => {
      members.sort((left, right) => rankOf(left.severity) - rankOf(right.severity));
      const effects = effectsOf(members, byCause);
      return { findings: members, effects, severity: worst([...members, ...effects.flat()]) };
    })
    .sort((left, right) => rankOf(left.severity) - rankOf(right.severity) || favour(left) - favour(right));
}
