import type { Snapshot } from '@app/core';
import type { AnalysisContext } from '../analysis-context.js';
import type {
  Conclusion,
  Judgement,
  RuleContext,
  RuleFor,
  RuleSample,
  Run,
  Scope,
  ScopeStates,
} from '../rules/rule.js';
import { resolveThresholds, softenThresholds } from '../rules/thresholds.js';
import type { SloBreaches } from '../slo-breaches.js';
import { type Frames, STALE_INTERVALS } from './frames.js';
import type { GpuInventory } from './gpu-inventory.js';
import { HoldTracker } from './hold-tracker.js';
import type { Step, SubjectWalk, SubjectWalks } from './subject-walks.js';

export type RuleResult =
  | { readonly status: 'not-evaluated'; readonly reason: string }
  | { readonly status: 'clear' }
  | {
      readonly status: 'found';
      readonly confirmed: boolean;
      readonly firstSeenAt: string;
      readonly lastSeenAt: string;
      readonly conclusion: Conclusion;
    };

export interface EvaluationInput {
  readonly frames: Frames;
  readonly walks: SubjectWalks;
  readonly context: AnalysisContext;
  readonly breaches: SloBreaches;
  readonly gpuInventory: GpuInventory;
}

function contextOf(rule: RuleFor<Scope>, thresholds: Record<string, number>, input: EvaluationInput): RuleContext {
  return {
    thresholds,
    slo: input.context.slo,
    durations: input.context.durations,
    breaches: input.breaches,
    intervalSeconds: input.frames.intervalSeconds,
    gpuInventory: input.gpuInventory,
    bound(operator, name) {
      const threshold = thresholds[name];
      const definition = rule.thresholds[name];
      if (threshold === undefined || !definition) throw new Error(`rule ${rule.id} has no threshold ${name}`);
      const source = threshold === definition.value ? definition.source : 'configuration';
      return { operator, threshold, source };
    },
  };
}

/** A rule's own view of an analysis, the same for every subject: with its thresholds, or with softer ones. */
export class RuleContexts {
  readonly strict: RuleContext;
  private readonly thresholds: Record<string, number>;
  private softer: RuleContext | null = null;

  constructor(
    private readonly rule: RuleFor<Scope>,
    private readonly input: EvaluationInput,
  ) {
    this.thresholds = resolveThresholds(rule, input.context.thresholds);
    this.strict = contextOf(rule, this.thresholds, input);
  }

  /** With the bounds that a confirmed finding has to get behind; most rules never have one. */
  get soft(): RuleContext {
    this.softer ??= contextOf(this.rule, softenThresholds(this.rule, this.thresholds), this.input);
    return this.softer;
  }
}

type Silent = Extract<Judgement, { status: 'missing' | 'inapplicable' | 'baseline' }>;

function isSilent(judgement: Judgement): judgement is Silent {
  return judgement.status !== 'holds' && judgement.status !== 'clear';
}

function reasonOf(judgement: Silent, snapshot: Snapshot): string {
  if (judgement.status === 'inapplicable') return judgement.reason;
  if (judgement.status === 'baseline') return 'needs another sample: counters have no earlier reading yet';
  const inputs = judgement.inputs.map((signal) => {
    const gap = snapshot.gaps.find((candidate) => candidate.signal === signal);
    return gap ? `${signal} (${gap.reason})` : signal;
  });
  return `missing input: ${inputs.join(', ')}`;
}

/** Walks one rule over one subject's frames. */
class Evaluation<K extends Scope> {
  private readonly tracker: HoldTracker<ScopeStates[K]>;
  private readonly staleMs: number;
  private lastJudged: RuleSample<ScopeStates[K]> | null = null;
  /** The newest step, and what the rule said of it; null where it had no sample to judge. */
  private newest: Step<ScopeStates[K]> | null = null;
  private judgement: Judgement | null = null;

  constructor(
    private readonly rule: RuleFor<K>,
    private readonly walk: SubjectWalk<ScopeStates[K]>,
    private readonly contexts: RuleContexts,
    private readonly input: EvaluationInput,
  ) {
    this.staleMs = input.frames.intervalSeconds * STALE_INTERVALS * 1000;
    this.tracker = new HoldTracker(rule, input.context.durations);
  }

  result(): RuleResult {
    const { lastAtMs, windowSeconds } = this.input.frames;
    const historySeconds = this.historySeconds();
    const hasHistory = windowSeconds >= historySeconds;
    const oldestMs = hasHistory ? -Infinity : lastAtMs - this.staleMs;
    // Without enough history a rule says no more than what it lacks, and the newest frames tell that.
    for (const step of this.walk.steps) if ((step.sample?.atMs ?? lastAtMs) >= oldestMs) this.observe(step);
    const { run } = this.tracker;
    const isStale = this.lastJudged === null || lastAtMs - this.lastJudged.atMs > this.staleMs;
    const outlivesSilence = run !== null && this.rule.durationClass === 'D0';
    if (isStale && !outlivesSilence) return this.notEvaluated();
    if (!hasHistory) return { status: 'not-evaluated', reason: `needs ${historySeconds} s of history` };
    if (run) return this.found(run);
    // What the newest frame does not show is unknown, not fine.
    return this.silence() === null ? { status: 'clear' } : this.notEvaluated();
  }

  private historySeconds(): number {
    if (this.rule.durationClass !== 'D3') return 0;
    const own = this.contexts.strict.thresholds[this.rule.historyThreshold ?? ''] ?? 0;
    return Math.max(this.input.context.durations.d3Seconds, own);
  }

  private observe(step: Step<ScopeStates[K]>): void {
    this.newest = step;
    this.judgement = null;
    if (step.sample === null) return;
    const { sample, isRestarted } = step;
    if (isRestarted) this.tracker.reset();
    const judgement = this.rule.judge(sample, this.contexts.strict);
    this.judgement = judgement;
    if (isSilent(judgement)) return;
    this.lastJudged = sample;
    if (judgement.status === 'holds') {
      const { fromPrevious = false, needsSeconds = 0 } = judgement;
      this.tracker.hold({ sample, fromPrevious, needsSeconds }, this.input.frames.staleMsAt(sample.atMs));
    } else {
      const softly = this.tracker.confirmed && this.rule.judge(sample, this.contexts.soft).status === 'holds';
      this.tracker.clear(sample, softly);
    }
  }

  private found(run: Run<ScopeStates[K]>): RuleResult {
    const conclusion = this.rule.conclude(run, this.contexts.strict);
    if (!conclusion) return { status: 'clear' };
    const last = run.at(-1) ?? run[0];
    return {
      status: 'found',
      confirmed: this.tracker.confirmed,
      firstSeenAt: run[0].sample.at,
      lastSeenAt: last.sample.at,
      conclusion,
    };
  }

  /** Why the newest frame said nothing; null when it did. */
  private silence(): string | null {
    const { newest, judgement } = this;
    if (newest === null) return null;
    if (newest.sample === null) return newest.silence;
    return judgement !== null && isSilent(judgement) ? reasonOf(judgement, newest.sample.snapshot) : null;
  }

  private notEvaluated(): RuleResult {
    return { status: 'not-evaluated', reason: this.silence() ?? 'no sample that is recent enough' };
  }
}

/** What one rule says of one subject over the window. */
export function evaluateRule<K extends Scope>(
  rule: RuleFor<K>,
  walk: SubjectWalk<ScopeStates[K]>,
  contexts: RuleContexts,
  input: EvaluationInput,
): RuleResult {
  return new Evaluation(rule, walk, contexts, input).result();
}
