import type { Confidence, Finding, Severity, Snapshot } from '@app/core';
import { ECC_XIDS } from './rules/gpu-ecc-uncorrected.rule.js';

/** How the subject of a cause has to relate to that of its effect. */
export type SubjectRelation = 'same' | 'gpu-of-engine' | 'host-of-engine';

export interface CauseEdge {
  readonly cause: string;
  readonly effect: string;
  readonly relation: SubjectRelation;
  /** Narrows the edge to some findings of the effect's rule. */
  readonly appliesTo?: (effect: Finding) => boolean;
}

function isEccXid(effect: Finding): boolean {
  const codes = effect.evidence.filter(({ signal }) => signal === 'events.code').map(({ value }) => value);
  return codes.length > 0 && codes.every((code) => typeof code === 'number' && ECC_XIDS.includes(code));
}

/** Which finding explains which. What is not in here is never called a cause. */
export const CAUSES: readonly CauseEdge[] = [
  { cause: 'gpu-thermal-hw-slowdown', effect: 'queue-backlog', relation: 'gpu-of-engine' },
  { cause: 'gpu-thermal-hw-slowdown', effect: 'gpu-power-cap-throttling', relation: 'same' },
  { cause: 'gpu-power-cap-throttling', effect: 'queue-backlog', relation: 'gpu-of-engine' },
  { cause: 'gpu-ecc-uncorrected', effect: 'gpu-row-remap-pending', relation: 'same' },
  { cause: 'gpu-ecc-uncorrected', effect: 'gpu-xid-critical', relation: 'same', appliesTo: isEccXid },
  { cause: 'kv-cache-saturated', effect: 'queue-backlog', relation: 'same' },
  { cause: 'max-num-seqs-bound', effect: 'queue-backlog', relation: 'same' },
  { cause: 'cgroup-cpu-throttled', effect: 'queue-backlog', relation: 'host-of-engine' },
];

const SEVERITY_WEIGHTS: Readonly<Record<Severity, number>> = { critical: 100, high: 50, medium: 20, low: 5, info: 1 };
const CONFIDENCE_WEIGHTS: Readonly<Record<Confidence, number>> = { high: 1, medium: 0.75, low: 0.5 };

function areRelated(relation: SubjectRelation, cause: Finding, effect: Finding, window: readonly Snapshot[]): boolean {
  switch (relation) {
    case 'same':
      return cause.subject.id === effect.subject.id;
    case 'gpu-of-engine':
      // Only a GPU that the engine is known to use; a guess would blame the wrong one.
      return window.some((frame) =>
        frame.engines.some(({ id, gpuUuids }) => id === effect.subject.id && gpuUuids?.includes(cause.subject.id)),
      );
    case 'host-of-engine':
      // A target is one host and the engines on it.
      return cause.subject.kind === 'host';
  }
}

function canExplain(cause: Finding, effect: Finding, intervalSeconds: number): boolean {
  const isCertainEnough = cause.state === 'confirmed' || effect.state === 'suspected';
  const latestStart = Date.parse(effect.firstSeenAt) + intervalSeconds * 1000;
  return isCertainEnough && cause.severity !== 'info' && Date.parse(cause.firstSeenAt) <= latestStart;
}

/** Marks what the declared causes explain. An explained finding proposes no action of its own: its cause does. */
export function linkCauses(
  findings: readonly Finding[],
  window: readonly Snapshot[],
  intervalSeconds: number,
): Finding[] {
  return findings.map((effect) => {
    const causedBy = CAUSES.filter((edge) => edge.effect === effect.ruleId && (edge.appliesTo?.(effect) ?? true))
      .flatMap((edge) =>
        findings.filter(
          (cause) =>
            cause.ruleId === edge.cause &&
            areRelated(edge.relation, cause, effect, window) &&
            canExplain(cause, effect, intervalSeconds),
        ),
      )
      .map(({ id }) => id);
    if (causedBy.length === 0) return effect;
    return { ...effect, causedBy, rootCause: false, candidateActions: [] };
  });
}

function weightOf(finding: Finding): number {
  const certainty = finding.state === 'confirmed' ? 1000 : 1;
  return certainty * SEVERITY_WEIGHTS[finding.severity] * CONFIDENCE_WEIGHTS[finding.confidence];
}

/** Most urgent first; a cause is as urgent as the worst that it causes, and an effect never stands above its cause. */
export function rankFindings(findings: readonly Finding[]): Finding[] {
  const effectsOf = (id: string) => findings.filter(({ causedBy }) => causedBy.includes(id));
  const urgencyOf = (finding: Finding): number =>
    Math.max(weightOf(finding), ...effectsOf(finding.id).map((effect) => urgencyOf(effect)));
  const order = (a: Finding, b: Finding): number =>
    urgencyOf(b) - urgencyOf(a) ||
    Number(b.rootCause) - Number(a.rootCause) ||
    effectsOf(b.id).length - effectsOf(a.id).length ||
    weightOf(b) - weightOf(a) ||
    (a.id < b.id ? -1 : 1);
  const waiting = [...findings].sort(order);
  const ranked: Finding[] = [];
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ causedBy }) => causedBy.every((id) => ranked.some((done) => done.id === id)));
    ranked.push(...waiting.splice(Math.max(next, 0), 1));
  }
  return ranked;
}

/** Rule of the most urgent confirmed root; context alone is no bottleneck. */
export function primaryBottleneckOf(ranked: readonly Finding[]): string | null {
  const top = ranked.find(
    ({ state, rootCause, severity }) => state === 'confirmed' && rootCause && severity !== 'info',
  );
  return top?.ruleId ?? null;
}
