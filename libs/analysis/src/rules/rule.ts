import type {
  Cache,
  CandidateAction,
  Category,
  Confidence,
  Engine,
  EvidenceOperator,
  EvidenceUnit,
  Gpu,
  SectionName,
  Severity,
  Snapshot,
  Subject,
  SubjectKind,
} from '@app/core';
import type { AnalysisContext } from '../analysis-context.js';
import type { GpuInventory } from '../engine/gpu-inventory.js';
import type { SloBreaches } from '../slo-breaches.js';
import type { GpuSectionFailure } from './gpu-section-failure.js';

export const DURATION_CLASSES = ['D0', 'D1', 'D2', 'D3'] as const;
/** D0 one valid sample (latched state, event), D1 bottlenecks, D2 drift and slow trends, D3 efficiency. */
export type DurationClass = (typeof DURATION_CLASSES)[number];

/** A GPU as the kernel log knows it: by bus id, even after it has left the bus. */
export interface GpuSlot {
  /** Null for a GPU without one, and for one that the driver reports as failed without naming it. */
  readonly pciBusId: string | null;
  readonly gpu: Gpu | null;
  /** What made reading the GPUs fail as a whole, where this GPU is to blame. */
  readonly failure: Extract<GpuSectionFailure, 'gpu-lost' | 'needs-reset'> | null;
}

/** A cache that an engine is started with; null as long as nothing is seen of it. */
export interface CacheSlot {
  readonly engine: Engine;
  /** As the command line of the engine names it. */
  readonly connector: string;
  readonly cache: Cache | null;
}

/** What a rule of each scope looks at. Host and fleet rules see the whole snapshot. */
export interface ScopeStates {
  readonly gpu: Gpu;
  readonly gpuSlot: GpuSlot;
  readonly engine: Engine;
  readonly cache: Cache;
  readonly cacheSlot: CacheSlot;
  readonly host: Snapshot;
  readonly fleet: Snapshot;
}
export type Scope = keyof ScopeStates;

export interface ThresholdDefinition {
  readonly value: number;
  readonly unit: EvidenceUnit;
  /** Where the number comes from; `engineering choice` where nobody published one. */
  readonly source: string;
  readonly range: { readonly min: number; readonly max: number };
  readonly description: string;
  /** Which way a confirmed finding's bound moves by 10 % before samples count as good again. */
  readonly softens?: 'down' | 'up';
}

export interface RuleInput {
  /** Snapshot path without indices. */
  readonly signal: string;
  readonly required: boolean;
}

/** One subject in one frame whose sections could be read. */
export interface RuleSample<S> {
  readonly at: string;
  readonly atMs: number;
  readonly subject: Subject;
  readonly snapshot: Snapshot;
  readonly state: S;
  /** Time of the oldest frame of the window: how far back anybody can look. */
  readonly firstAtMs: number;
  /** The sample before, for counters; null for the first and after a restart. */
  readonly previous: RuleSample<S> | null;
  /** The last restart seen in the window. */
  readonly restart: Restart | null;
  /** Every restart seen so far, oldest first. */
  readonly restarts: readonly Restart[];
  /** What was read of it before, for `rememberedPerSample` alone. */
  readonly remembered: unknown[];
}

/** Between these two frames. */
export interface Restart {
  readonly afterMs: number;
  readonly seenAtMs: number;
}

export type Judgement =
  /** A required input is null. */
  | { readonly status: 'missing'; readonly inputs: readonly string[] }
  /** The rule says nothing about such a subject. */
  | { readonly status: 'inapplicable'; readonly reason: string }
  /** Nothing to say yet: counters need a second sample, or the subject has just started. */
  | { readonly status: 'baseline' }
  | { readonly status: 'clear' }
  | {
      readonly status: 'holds';
      /** It held since the previous sample (counters), not only at this one. */
      readonly fromPrevious?: boolean;
      /** Longer than the duration class asks for. */
      readonly needsSeconds?: number;
    };

export interface HeldSample<S> {
  readonly sample: RuleSample<S>;
  readonly fromPrevious: boolean;
  readonly needsSeconds: number;
}
/** Samples for which the rule held, oldest first; never empty. */
export type Run<S> = readonly [HeldSample<S>, ...HeldSample<S>[]];

export interface Bound {
  readonly operator: EvidenceOperator;
  readonly threshold: number | string | boolean;
  readonly source: string;
}

/** Evidence before it has an id and the name of its source. */
export interface EvidenceDraft {
  readonly signal: string;
  readonly value: number | string | boolean;
  readonly unit: EvidenceUnit;
  readonly bound: Bound | null;
  readonly at: string;
  readonly snapshot: Snapshot;
  readonly windowSeconds: number;
}

export interface Conclusion {
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** One sentence; `{key}` stands for the formatted evidence of that key. It has no digits of its own. */
  readonly summary: string;
  /** In order of weight; null where there was no reading. */
  readonly evidence: Readonly<Record<string, EvidenceDraft | null>>;
  readonly candidateActions: readonly CandidateAction[];
}

export interface RuleContext<T extends string = string> {
  readonly thresholds: Readonly<Record<T, number>>;
  readonly slo: AnalysisContext['slo'];
  readonly durations: AnalysisContext['durations'];
  readonly breaches: SloBreaches;
  /** Time between two frames, as they usually are. */
  readonly intervalSeconds: number;
  readonly gpuInventory: GpuInventory;
  /** The configured threshold as the bound of an evidence. */
  bound(operator: EvidenceOperator, name: T): Bound;
}

/** A rule as data, a judgement per sample and a conclusion over the run of samples for which it held. */
export interface RuleFor<K extends Scope, T extends string = string> {
  readonly id: string;
  readonly title: string;
  readonly category: Category;
  readonly scope: K;
  readonly durationClass: DurationClass;
  /** Less than the duration class asks for: an outage is certain sooner than a trend. */
  readonly confirmsAfterSeconds?: number;
  /** The threshold that says how far back the window has to reach, where that is more than D3 asks for. */
  readonly historyThreshold?: T;
  /** Sections that have to be readable for a sample to count; none for a rule that judges how sources are. */
  readonly sections: readonly SectionName[];
  /** `event`: what was seen stays seen until a restart; `state`: it ends when samples turn good. */
  readonly keeps: 'state' | 'event';
  readonly inputs: readonly RuleInput[];
  readonly thresholds: Readonly<Record<T, ThresholdDefinition>>;
  /** Every action type that a conclusion may propose. */
  readonly candidateActions: readonly string[];
  /** Where the judgement comes from. */
  readonly reference: string;
  judge(sample: RuleSample<ScopeStates[K]>, context: RuleContext<T>): Judgement;
  /** Null when the run as a whole is no finding, e.g. a queue that is draining. */
  conclude(run: Run<ScopeStates[K]>, context: RuleContext<T>): Conclusion | null;
}

export type Rule = { [K in Scope]: RuleFor<K> }[Scope];

/** Checks a rule's threshold names against its use, then forgets them so that rules fit into one array. */
export function defineRule<K extends Scope, T extends string>(rule: RuleFor<K, T>): RuleFor<K> {
  return rule;
}

export function subjectKindOf(scope: Scope): SubjectKind {
  if (scope === 'gpuSlot') return 'gpu';
  return scope === 'cacheSlot' ? 'cache' : scope;
}

/** An evidence draft, or null when there was no reading. */
export function reading(
  sample: Pick<RuleSample<unknown>, 'at' | 'snapshot'>,
  signal: string,
  value: number | string | boolean | null | undefined,
  unit: EvidenceUnit,
  options: { readonly bound?: Bound | null; readonly windowSeconds?: number; readonly at?: string } = {},
): EvidenceDraft | null {
  if (value === null || value === undefined) return null;
  const { bound = null, windowSeconds = 0, at = sample.at } = options;
  return { signal, value, unit, bound, at, snapshot: sample.snapshot, windowSeconds };
}

export function missing(...inputs: string[]): Judgement {
  return { status: 'missing', inputs };
}

export const CLEAR: Judgement = { status: 'clear' };
export const BASELINE: Judgement = { status: 'baseline' };

export function firstOf<S>(run: Run<S>): RuleSample<S> {
  return run[0].sample;
}

export function lastOf<S>(run: Run<S>): RuleSample<S> {
  return (run.at(-1) ?? run[0]).sample;
}

/** When the run began to hold: at its first sample, or at the one before where counters said so. */
export function startOf<S>(run: Run<S>): number {
  const first = run[0];
  return first.fromPrevious ? (first.sample.previous?.atMs ?? first.sample.atMs) : first.sample.atMs;
}

/** The newest part of a run that is long enough for D1, or all of it. */
export function recentOf<S>(run: Run<S>, durations: AnalysisContext['durations']): Run<S> {
  const last = lastOf(run);
  for (let start = run.length - durations.d1Samples; start > 0; start -= 1) {
    const [first, ...rest] = run.slice(start);
    if (first && last.atMs - first.sample.atMs >= durations.d1Seconds * 1000) return [first, ...rest];
  }
  return run;
}
