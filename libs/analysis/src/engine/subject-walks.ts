import type { SectionName, Snapshot, Subject } from '@app/core';
import type { Restart, RuleFor, RuleSample, Scope, ScopeStates } from '../rules/rule.js';
import { unreadableReason } from '../rules/section-readings.js';
import type { Frames } from './frames.js';
import { hasRestarted, isComparable } from './restarts.js';
import { seriesOf, type SubjectSeries } from './subject-series.js';

/** One frame as a rule comes to it: a sample, or why it has none. */
export type Step<S> =
  | { readonly sample: RuleSample<S>; readonly isRestarted: boolean }
  | { readonly sample: null; readonly silence: string };

/** One subject frame by frame. */
export interface SubjectWalk<S> {
  readonly subject: Subject;
  readonly steps: readonly Step<S>[];
}

/** Why the first of the sections that can't be used in a frame can't; null when all can. */
export function unreadableSection(sections: readonly SectionName[], snapshot: Snapshot): string | null {
  for (const name of sections) {
    const reason = unreadableReason(snapshot, name);
    if (reason !== null) return reason;
  }
  return null;
}

function walkOf<K extends Scope>(
  scope: K,
  sections: readonly SectionName[],
  { subject, observations }: SubjectSeries<ScopeStates[K]>,
  { firstAtMs, timesMs }: Frames,
): SubjectWalk<ScopeStates[K]> {
  let before: RuleSample<ScopeStates[K]> | null = null;
  let restarts: readonly Restart[] = [];
  const steps = observations.map(({ snapshot, state }, frame): Step<ScopeStates[K]> => {
    const unreadable = unreadableSection(sections, snapshot);
    if (unreadable !== null || state === null) {
      return { sample: null, silence: unreadable ?? `${subject.kind} is not in the newest frame` };
    }
    const at = snapshot.collectedAt;
    const atMs = timesMs[frame] ?? Date.parse(at);
    let previous = before;
    const isRestarted = previous !== null && hasRestarted(scope, previous, { state, snapshot });
    if (previous !== null && isRestarted) {
      restarts = [...restarts, { afterMs: previous.atMs, seenAtMs: atMs }];
      previous = null;
    }
    const restart = restarts.at(-1) ?? null;
    const sample = { at, atMs, firstAtMs, subject, snapshot, state, previous, restart, restarts };
    // What did not answer has no counters: the sample before it stays the one to compare with.
    if (isComparable(scope, state) || previous === null) before = sample;
    return { sample, isRestarted };
  });
  return { subject, steps };
}

class ScopeWalks<K extends Scope> {
  private series: readonly SubjectSeries<ScopeStates[K]>[] | null = null;
  private readonly bySections = new Map<string, readonly SubjectWalk<ScopeStates[K]>[]>();

  constructor(
    private readonly scope: K,
    private readonly frames: Frames,
  ) {}

  of(sections: readonly SectionName[]): readonly SubjectWalk<ScopeStates[K]>[] {
    const { scope, frames } = this;
    this.series ??= seriesOf<K>(scope, frames.snapshots);
    const key = sections.join();
    const walks = this.bySections.get(key) ?? this.series.map((series) => walkOf(scope, sections, series, frames));
    this.bySections.set(key, walks);
    return walks;
  }
}

/**
 * The subjects of a window, walked once for all rules that look at the same scope and sections: to find restarts costs
 * more than most judgements, and there are many more rules than ways to walk.
 */
export class SubjectWalks {
  private readonly scopes: { readonly [K in Scope]: ScopeWalks<K> };

  constructor(frames: Frames) {
    this.scopes = {
      gpu: new ScopeWalks('gpu', frames),
      gpuSlot: new ScopeWalks('gpuSlot', frames),
      engine: new ScopeWalks('engine', frames),
      cache: new ScopeWalks('cache', frames),
      cacheSlot: new ScopeWalks('cacheSlot', frames),
      host: new ScopeWalks('host', frames),
      fleet: new ScopeWalks('fleet', frames),
    };
  }

  of<K extends Scope>({ scope, sections }: Pick<RuleFor<K>, 'scope' | 'sections'>): ReturnType<ScopeWalks<K>['of']> {
    return this.scopes[scope].of(sections);
  }
}
