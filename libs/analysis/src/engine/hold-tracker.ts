import type { AnalysisContext } from '../analysis-context.js';
import type { HeldSample, Rule, RuleSample, Run } from '../rules/rule.js';
import { lastOf, startOf } from '../rules/rule.js';

/** Good samples in a row that end a confirmed D1 finding. */
export const CLEARING_SAMPLES = 3;
/** Good time that ends a confirmed D2 or D3 finding. */
export const CLEARING_SECONDS = 300;

export function requiredSeconds(rule: Pick<Rule, 'durationClass'>, durations: AnalysisContext['durations']): number {
  const seconds = { D0: 0, D1: durations.d1Seconds, D2: durations.d2Seconds, D3: durations.d3Seconds };
  return seconds[rule.durationClass];
}

/** Follows one rule on one subject: suspected until its duration is reached, then confirmed until it has cleared. */
export class HoldTracker<S> {
  private held: HeldSample<S>[] = [];
  private good: RuleSample<S>[] = [];
  private isConfirmed = false;

  constructor(
    private readonly rule: Pick<Rule, 'durationClass' | 'keeps'>,
    private readonly durations: AnalysisContext['durations'],
    private readonly staleMs: number,
  ) {}

  get confirmed(): boolean {
    return this.isConfirmed;
  }

  get run(): Run<S> | null {
    const [first, ...rest] = this.held;
    return first ? [first, ...rest] : null;
  }

  /** A restarted subject starts a new history. */
  reset(): void {
    this.held = [];
    this.good = [];
    this.isConfirmed = false;
  }

  hold(held: HeldSample<S>): void {
    const before = this.held.at(-1)?.sample.atMs;
    // Samples on both sides of a long silence are not consecutive.
    if (!this.isConfirmed && before !== undefined && held.sample.atMs - before > this.staleMs) this.held = [];
    this.good = [];
    this.held.push(held);
    this.isConfirmed ||= this.isLongEnough();
  }

  /** A sample on the good side; `softly` when it is still within the softer bound of a confirmed finding. */
  clear(sample: RuleSample<S>, softly: boolean): void {
    if (this.rule.keeps === 'event') return;
    if (!this.isConfirmed) return this.reset();
    if (softly) {
      this.good = [];
      return;
    }
    this.good.push(sample);
    if (this.hasCleared()) this.reset();
  }

  private isLongEnough(): boolean {
    const run = this.run;
    if (!run) return false;
    if (this.rule.durationClass === 'D0') return true;
    const samples = run.length + (run[0].fromPrevious ? 1 : 0);
    const seconds = (lastOf(run).atMs - startOf(run)) / 1000;
    const needed = Math.max(requiredSeconds(this.rule, this.durations), ...run.map((held) => held.needsSeconds));
    return samples >= this.durations.d1Samples && seconds >= needed;
  }

  private hasCleared(): boolean {
    const first = this.good[0];
    const last = this.good.at(-1);
    if (!first || !last) return false;
    if (this.rule.durationClass === 'D0') return true;
    if (this.rule.durationClass === 'D1') return this.good.length >= CLEARING_SAMPLES;
    return last.atMs - first.atMs >= CLEARING_SECONDS * 1000;
  }
}
