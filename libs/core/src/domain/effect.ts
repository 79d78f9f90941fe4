export const OUTCOME_VERDICTS = ['improved', 'neutral', 'regressed', 'inconclusive'] as const;
export type OutcomeVerdict = (typeof OUTCOME_VERDICTS)[number];

export const EFFECT_ROLES = ['target', 'guard'] as const;
/** `target`: what the action is for. `guard`: what it must not harm. */
export type EffectRole = (typeof EFFECT_ROLES)[number];
export const EFFECT_SCOPES = ['gpus', 'engines', 'caches', 'host'] as const;
export type EffectScope = (typeof EFFECT_SCOPES)[number];

/** A signal that is compared before and after an action. */
export interface WatchedSignal {
  /** Path in Snapshot, as in Evidence; the value of a boolean is 0 or 1. */
  readonly signal: string;
  readonly role: EffectRole;
  /** Which direction is good. */
  readonly better: 'up' | 'down';
  /** Less than this share of the former value is no change worth naming. */
  readonly minimumChangeRatio: number;
  /** How the values of several subjects become one per sample. */
  readonly across: 'max' | 'min' | 'sum' | 'mean';
}

/** Ids of what the action can have an effect on. */
export interface EffectReach {
  readonly gpus: readonly string[];
  readonly engines: readonly string[];
  readonly caches: readonly string[];
  /** Target id. */
  readonly host: string;
}

/** The values of a watched signal over a window, oldest first, one per sample that had one. */
export interface SignalSamples extends WatchedSignal {
  readonly values: readonly number[];
  /** Samples of the window, those without a value included. */
  readonly samples: number;
}

/** What was so before an action: kept with its intent, so that a restart can still compare. */
export interface Baseline {
  readonly fromAt: string;
  readonly toAt: string;
  readonly reach: EffectReach;
  readonly signals: readonly SignalSamples[];
  /** Confirmed findings then: what is new afterwards can be told apart. */
  readonly findings: readonly { readonly id: string; readonly ruleId: string; readonly severity: string }[];
  /** Whether the engines in reach kept to their latency objectives; null where that was not measured. */
  readonly metTtftSlo: boolean | null;
  readonly metItlSlo: boolean | null;
  /** Share of requests that failed; null without requests. */
  readonly errorRatio: number | null;
  /** Whether the engines in reach had anything to do; null where that could not be told, or there is none. */
  readonly hadRequests: boolean | null;
}

/** What an action is expected to do to its target signal, stored before it is done. */
export interface Prediction {
  readonly signal: string;
  readonly direction: 'up' | 'down';
  /** Expected change as a share of the former value; null where only the direction is claimed. */
  readonly changeRatio: number | null;
  /** Why so, in a sentence. */
  readonly basis: string;
}

/** How a prediction came out: kept per action type and finding, shown with the action, and fed to ranking. */
export interface EffectRecord {
  readonly runId: string;
  readonly actionId: string;
  readonly target: string;
  readonly type: string;
  /** Rule of the finding that led to the action. */
  readonly ruleId: string;
  readonly at: string;
  readonly predicted: Prediction | null;
  /** Observed change of the predicted signal; null where it was not measured. */
  readonly observedChangeRatio: number | null;
  readonly verdict: OutcomeVerdict;
}

/** The record of an action type on findings of a rule. */
export interface TrackRecord {
  readonly type: string;
  readonly ruleId: string;
  readonly count: number;
  readonly verdicts: Readonly<Record<OutcomeVerdict, number>>;
  /** Means over those that have both; null without any. */
  readonly predictedChangeRatio: number | null;
  readonly observedChangeRatio: number | null;
  readonly lastAt: string;
}
