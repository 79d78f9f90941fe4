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
import { HoldTracker } from './hold-tracker.js';
import { hasRestarted } from './restarts.js';
import type { SubjectSeries } from './subject-series.js';

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
  readonly context: AnalysisContext;
  readonly breaches: SloBreaches;
}

function contextOf(rule: RuleFor<Scope>, thresholds: Record<string, number>, input: EvaluationInput): RuleContext {
  return {
    thresholds,
    slo: input.context.slo,
    durations: input.context.durations,
    breaches: input.breaches,
    bound(operator, name) {
      const threshold = thresholds[name];
      const definition = rule.thresholds[name];
      if (threshold === undefined || !definition) throw new Error(`rule ${rule.id} has no threshold ${name}`);
      const source = threshold === definition.value ? definition.source : 'configuration';
      return { operator, threshold, source };
    },
  };
}

/** Why a rule's sections can't be used in a frame; null when they can. */
export function unreadableSection(rule: Pick<RuleFor<Scope>, 'sections'>, snapshot: Snapshot): string | null {
  for (const name of rule.sections) {
    const { status, detail } = snapshot.sections[name];
    if (status !== 'ok' && status !== 'partial') {
      return `section ${name} is ${status}${detail === null ? '' : `: ${detail}`}`;
    }
  }
  return null;
}

function reasonOf(judgement: Judgement, snapshot: Snapshot): string | null {
  if (judgement.status === 'inapplicable') return judgement.reason;
  if (judgement.status === 'baseline') return 'needs another sample: counters have no earlier reading yet';
  if (judgement.status !== 'missing') return null;
  const inputs = judgement.inputs.map((signal) => {
    const gap = snapshot.gaps.find((candidate) => candidate.signal === signal);
    return gap ? `${signal} (${gap.reason})` : signal;
  });
  return `missing input: ${inputs.join(', ')}`;
}

/** Walks one rule over one subject's frames. */
class Evaluation<K extends Scope> {
  private readonly strict: RuleContext;
  private readonly soft: RuleContext;
  private readonly tracker: HoldTracker<ScopeStates[K]>;
  private readonly staleMs: number;
  private previous: RuleSample<ScopeStates[K]> | null = null;
  private restart: RuleSample<ScopeStates[K]>['restart'] = null;
  private lastJudgedMs: number | null = null;
  /** Why the newest frame said nothing; null when it did. */
  private silence: string | null = null;

  constructor(
    private readonly rule: RuleFor<K>,
    private readonly series: SubjectSeries<ScopeStates[K]>,
    private readonly input: EvaluationInput,
  ) {
    const thresholds = resolveThresholds(rule, input.context.thresholds);
    this.strict = contextOf(rule, thresholds, input);
    this.soft = contextOf(rule, softenThresholds(rule, thresholds), input);
    this.staleMs = input.frames.intervalSeconds * STALE_INTERVALS * 1000;
    this.tracker = new HoldTracker(rule, input.context.durations, this.staleMs);
  }

  result(): RuleResult {
    for (const { snapshot, state } of this.series.observations) this.observe(snapshot, state);
    const { run } = this.tracker;
    const isStale = this.lastJudgedMs === null || this.input.frames.lastAtMs - this.lastJudgedMs > this.staleMs;
    const outlivesSilence = run !== null && this.rule.durationClass === 'D0';
    if (isStale && !outlivesSilence) return this.notEvaluated();
    const { d3Seconds } = this.input.context.durations;
    if (this.rule.durationClass === 'D3' && this.input.frames.windowSeconds < d3Seconds) {
      return { status: 'not-evaluated', reason: `needs ${d3Seconds} s of history` };
    }
    if (run) return this.found(run);
    // What the newest frame does not show is unknown, not fine.
    return this.silence === null ? { status: 'clear' } : this.notEvaluated();
  }

  private observe(snapshot: Snapshot, state: ScopeStates[K] | null): void {
    const unreadable = unreadableSection(this.rule, snapshot);
    if (unreadable !== null || state === null) {
      this.silence = unreadable ?? `${this.series.subject.kind} is not in the newest frame`;
      return;
    }
    const sample = this.sampleOf(snapshot, state);
    const judgement = this.rule.judge(sample, this.strict);
    this.silence = reasonOf(judgement, snapshot);
    if (judgement.status !== 'holds' && judgement.status !== 'clear') return;
    this.lastJudgedMs = sample.atMs;
    if (judgement.status === 'holds') {
      const { fromPrevious = false, needsSeconds = 0 } = judgement;
      this.tracker.hold({ sample, fromPrevious, needsSeconds });
    } else {
      const softly = this.tracker.confirmed && this.rule.judge(sample, this.soft).status === 'holds';
      this.tracker.clear(sample, softly);
    }
  }

  private sampleOf(snapshot: Snapshot, state: ScopeStates[K]): RuleSample<ScopeStates[K]> {
    const atMs = Date.parse(snapshot.collectedAt);
    let previous = this.previous;
    if (previous && hasRestarted(this.rule.scope, previous, { state, snapshot })) {
      this.restart = { afterMs: previous.atMs, seenAtMs: atMs };
      this.tracker.reset();
      previous = null;
    }
    const { subject } = this.series;
    const { restart } = this;
    const sample = { at: snapshot.collectedAt, atMs, subject, snapshot, state, previous, restart };
    this.previous = sample;
    return sample;
  }

  private found(run: Run<ScopeStates[K]>): RuleResult {
    const conclusion = this.rule.conclude(run, this.strict);
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

  private notEvaluated(): RuleResult {
    return { status: 'not-evaluated', reason: this.silence ?? 'no sample that is recent enough' };
  }
}

/** What one rule says of one subject over the window. */
export function evaluateRule<K extends Scope>(
  rule: RuleFor<K>,
  series: SubjectSeries<ScopeStates[K]>,
  input: EvaluationInput,
): RuleResult {
  return new Evaluation(rule, series, input).result();
}
