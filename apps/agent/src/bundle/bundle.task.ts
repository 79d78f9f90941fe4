import type { Settings } from '@app/config';
import type { Analysis, Snapshot } from '@app/core';
import type { BundleFieldError } from '@app/metrics';

/** The part of the service's settings that a recording is judged by; whose target it is, the recording says. */
export type JudgingSettings = Pick<Settings, 'sampling' | 'slo' | 'thresholds' | 'durations' | 'targets'>;

/** What the worker gets: the request's body as it came, and how to judge it. */
export interface BundleTask {
  readonly body: Uint8Array;
  readonly settings: JudgingSettings;
  readonly nowMs: number;
}

/** An analysis of a recording, with its last frame as parsed. */
export interface BundleAnalysis extends Analysis {
  readonly target: string;
  readonly snapshot: Snapshot;
}

export type BundleOutcome =
  | { readonly kind: 'analysed'; readonly analysis: BundleAnalysis }
  | { readonly kind: 'malformed'; readonly reason: string }
  | { readonly kind: 'invalid'; readonly errors: readonly BundleFieldError[] };
