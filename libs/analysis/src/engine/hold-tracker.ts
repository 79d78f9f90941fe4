import type { AnalysisContext } from '../analysis-context.js';
import type { HeldSample, Rule, RuleSample, Run } from '../rules/rule.js';
import { startOf } from '../rules/rule.js';

/** Good samples in a row that end a confirmed D1 finding. */
export const CLEARING_SAMPLES = 3;
/** Good time that ends a confirmed D2 or D3 finding. */
export const CLEARING_SECONDS = 300;

export function requiredSeconds(
  rule: Pick<Rule, 'durationClass' | 'confirmsAfterSeconds'>,
  durations: AnalysisContext['durations'],
): number {
  const seconds = { D0: 0, D1: durations.d1Seconds, D2: durations.d2Seconds, D3: durations.d3Seconds };
  return Math.min(seconds[rule.durationClass], rule.confirmsAfterSeconds ?? Infinity);
}

/** Follows one rule on one subject: suspected until its duration is reached, then confirmed until it has cleared. */
export class HoldTracker<S> {
  private held: HeldSample<S>[] = [];
  /** The longest that any held sample asks for. */
  private neededSeconds = 0;
  private good: RuleSample<S>[] = [];
  private isConfirmed = false;

  constructor(
    private readonly rule: Pick<Rule, 'durationClass' | 'confirmsAfterSeconds' | 'keeps'>,
    private readonly durations: AnalysisContext['durations'],
  ) {}

  get confirmed(): boolean {
    return this.isConfirmed;
  }

  get run(): Run<S> | null {
    const [first, ...rest] = this.held;
    return first ? [first, ...rest] : null;
  }

  /** A restarted subject starts a new history. Most never held, and there is nothing to forget. */
  reset(): void {
    if (this.held.length === 0) return;
    this.held = [];
    this.neededSeconds = 0;
    this.good = [];
    this.isConfirmed = false;
  }

  /** @param staleMs samples further apart than this have a silence between them, and are not consecutive */
  hold(held: HeldSample<S>, staleMs: number): void {
    const before = this.held.at(-1)?.sample.atMs;
    if (!this.isConfirmed && before !== undefined && held.sample.atMs - before > staleMs) this.reset();
    if (this.good.length > 0) this.good = [];
    this.held.push(held);
    this.neededSeconds = Math.max(this.neededSeconds, held.needsSeconds);
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
    const first = this.held[0];
    const last = this.held.at(-1);
    if (!first || !last) return false;
    if (this.rule.durationClass === 'D0') return true;
    const samples = this.held.length + (first.fromPrevious ? 1 : 0);
    const seconds = (last.sample.atMs - startOf([first])) / 1000;
    const needed = Math.max(requiredSeconds(this.rule, this.durations), this.neededSeconds);
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
