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

/** Why each frame is of no use to rules that need certain sections; null where it is of use. */
interface Silences {
  readonly ofFrames: readonly (string | null)[];
  /** The same for all that are silent in the same frames for the same reasons. */
  readonly key: string;
}

function silencesOf(sections: readonly SectionName[], { snapshots }: Frames): Silences {
  const ofFrames = snapshots.map((snapshot) => unreadableSection(sections, snapshot));
  const isNever = ofFrames.every((silence) => silence === null);
  return { ofFrames, key: isNever ? 'never silent' : JSON.stringify(ofFrames) };
}

function walkOf<K extends Scope>(
  scope: K,
  silences: Silences,
  { subject, states }: SubjectSeries<ScopeStates[K]>,
  { snapshots, firstAtMs, timesMs }: Frames,
): SubjectWalk<ScopeStates[K]> {
  let before: RuleSample<ScopeStates[K]> | null = null;
  let restart: Restart | null = null;
  let restarts: readonly Restart[] = [];
  const steps = snapshots.map((snapshot, frame): Step<ScopeStates[K]> => {
    const silence = silences.ofFrames[frame] ?? null;
    const state = states[frame] ?? null;
    if (silence !== null || state === null) {
      return { sample: null, silence: silence ?? `${subject.kind} is not in the newest frame` };
    }
    const at = snapshot.collectedAt;
    const atMs = timesMs[frame] ?? Date.parse(at);
    let previous = before;
    const isRestarted = previous !== null && hasRestarted(scope, previous, { state, snapshot });
    if (previous !== null && isRestarted) {
      restart = { afterMs: previous.atMs, seenAtMs: atMs };
      restarts = [...restarts, restart];
      previous = null;
    }
    const sample = { at, atMs, firstAtMs, subject, snapshot, state, previous, restart, restarts, remembered: [] };
    // What did not answer has no counters: the sample before it stays the one to compare with.
    if (isComparable(scope, state) || previous === null) before = sample;
    return { sample, isRestarted };
  });
  return { subject, steps };
}

class ScopeWalks<K extends Scope> {
  private series: readonly SubjectSeries<ScopeStates[K]>[] | null = null;
  private readonly bySilences = new Map<string, readonly SubjectWalk<ScopeStates[K]>[]>();

  constructor(
    private readonly scope: K,
    private readonly frames: Frames,
  ) {}

  of(silences: Silences): readonly SubjectWalk<ScopeStates[K]>[] {
    const known = this.bySilences.get(silences.key);
    if (known) return known;
    const { scope, frames } = this;
    this.series ??= seriesOf<K>(scope, frames.snapshots);
    const walks = this.series.map((series) => walkOf(scope, silences, series, frames));
    this.bySilences.set(silences.key, walks);
    return walks;
  }
}

/**
 * The subjects of a window, walked once for all rules of a scope that can use the same frames: to find restarts costs
 * more than most judgements, and mostly every section of every frame can be read.
 */
export class SubjectWalks {
  private readonly scopes: { readonly [K in Scope]: ScopeWalks<K> };
  private readonly silences = new Map<string, Silences>();

  constructor(private readonly frames: Frames) {
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
    return this.scopes[scope].of(this.silencesFor(sections));
  }

  private silencesFor(sections: readonly SectionName[]): Silences {
    const names = sections.join();
    const silences = this.silences.get(names) ?? silencesOf(sections, this.frames);
    this.silences.set(names, silences);
    return silences;
  }
}
