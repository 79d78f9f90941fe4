import type { Engine } from '@app/core';
import { boundIndexOf, bucketShare } from '../histogram-shares.js';
import { counterDelta } from './derived-readings.js';
import { isSettling } from './engine-readings.js';
import { isBreach, isJudgement, judgedLatency, latencyAbove, type RecentLatency } from './latency-readings.js';
import { BASELINE, CLEAR, type Judgement, missing, type RuleContext, type RuleSample } from './rule.js';

/** Gaps between tokens that are too long. */
export interface ItlBreach {
  readonly latency: RecentLatency;
  /** Share of the gaps within half the bound: high where only a tail is slow. */
  readonly fastShare: number;
}

const HALF = 0.5;

/** A breach while nothing is preempted, since preemption stretches the gaps by itself; or why there is none. */
export function judgedItl(sample: RuleSample<Engine>, context: Pick<RuleContext, 'slo'>): ItlBreach | Judgement {
  const { counters } = sample.state;
  if (counters.preemptions === null) return missing('engines.counters.preemptions');
  if (isSettling(sample)) return BASELINE;
  const latency = judgedLatency(sample, context, 'interTokenLatency');
  if (isJudgement(latency)) return latency;
  if (!isBreach(latency)) return CLEAR;
  const { before, boundSeconds } = latency;
  const preemptions = counterDelta(before.state.counters.preemptions, counters.preemptions);
  if (preemptions === null || preemptions > 0) return CLEAR;
  const slow = latencyAbove(before, sample, 'interTokenLatency', boundSeconds * HALF);
  return slow ? { latency, fastShare: 1 - slow.shareAbove } : BASELINE;
}

export function isItlBreach(value: ItlBreach | Judgement): value is ItlBreach {
  return 'fastShare' in value;
}

/** Share of the engine's steps between two samples with more tokens than that; null where steps are not counted. */
export function largeStepShare(before: Engine, after: Engine, tokens: number): number | null {
  const earlier = before.histograms.iterationTokens;
  const later = after.histograms.iterationTokens;
  const index = later ? boundIndexOf(later, tokens) : null;
  const share = earlier && later && index !== null ? bucketShare(earlier, later, index) : null;
  return share && share.observations > 0 ? share.above / share.observations : null;
}
