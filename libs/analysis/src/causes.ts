import type { Confidence, Finding, Severity, Snapshot, Subject } from '@app/core';
import { CAUSES, EXPLAINING_CONTEXT } from './cause-graph.js';

const SEVERITY_WEIGHTS: Readonly<Record<Severity, number>> = { critical: 100, high: 50, medium: 20, low: 5, info: 1 };
const CONFIDENCE_WEIGHTS: Readonly<Record<Confidence, number>> = { high: 1, medium: 0.75, low: 0.5 };

/** Which subjects of a target belong together: what an engine runs on, and what serves it. */
export class Belonging {
  private readonly gpusOfEngine = new Map<string, Set<string>>();
  private readonly enginesOfCache = new Map<string, Set<string>>();

  constructor(window: readonly Snapshot[]) {
    for (const { engines, caches } of window) {
      for (const { id, gpuUuids } of engines) for (const uuid of gpuUuids ?? []) addTo(this.gpusOfEngine, id, uuid);
      for (const { id, engineId } of caches) {
        // A cache with an address of its own serves the engines of its host.
        for (const engine of engineId === null ? engines : [{ id: engineId }])
          addTo(this.enginesOfCache, id, engine.id);
      }
    }
  }

  /** A target is one host with everything on it, so host and fleet belong to all. */
  areTogether(one: Subject, other: Subject): boolean {
    if (one.kind === other.kind) return one.id === other.id;
    const kinds = [one.kind, other.kind];
    if (kinds.includes('host') || kinds.includes('fleet')) return true;
    const idOf = (kind: Subject['kind']): string => (one.kind === kind ? one.id : other.id);
    // Only a GPU that the engine is known to use; a guess would blame the wrong one.
    if (!kinds.includes('cache')) return this.usesGpu(idOf('engine'), idOf('gpu'));
    const engines = this.enginesOf(idOf('cache'));
    if (kinds.includes('engine')) return engines.has(idOf('engine'));
    return [...engines].some((engine) => this.usesGpu(engine, idOf('gpu')));
  }

  private usesGpu(engine: string, gpu: string): boolean {
    return this.gpusOfEngine.get(engine)?.has(gpu) ?? false;
  }

  /** A cache that nothing is seen of is named after its engine. */
  private enginesOf(cache: string): ReadonlySet<string> {
    return this.enginesOfCache.get(cache) ?? new Set([cache.replace(/\/lmcache(?:#[\w-]+)?$/, '')]);
  }
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const known = sets.get(key);
  if (known === undefined) sets.set(key, new Set([value]));
  else known.add(value);
}

/**
 * What is read from counters shows one frame later than what is read at once, and frames come a little early or late: a
 * cause may be first seen by so many intervals after its effect.
 */
const LATE_INTERVALS = 1.5;

function canExplain(cause: Finding, effect: Finding, intervalSeconds: number): boolean {
  const isCertainEnough = cause.state === 'confirmed' || effect.state === 'suspected';
  const latestStart = Date.parse(effect.firstSeenAt) + LATE_INTERVALS * intervalSeconds * 1000;
  const carriesWeight = cause.severity !== 'info' || EXPLAINING_CONTEXT.includes(cause.ruleId);
  return isCertainEnough && carriesWeight && Date.parse(cause.firstSeenAt) <= latestStart;
}

/** Marks what the declared causes explain. An explained finding proposes no action of its own: its cause does. */
export function linkCauses(
  findings: readonly Finding[],
  window: readonly Snapshot[],
  intervalSeconds: number,
): Finding[] {
  const belonging = new Belonging(window);
  return findings.map((effect) => {
    const causedBy = CAUSES.filter((edge) => edge.effect === effect.ruleId)
      .flatMap((edge) =>
        findings.filter(
          (cause) =>
            cause.ruleId === edge.cause &&
            (edge.when?.(cause, effect) ?? true) &&
            belonging.areTogether(cause.subject, effect.subject) &&
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
