import type { Engine } from '@app/core';
import { isSettling } from './engine-readings.js';
import { isBreach, isJudgement, judgedLatency, type RecentLatency } from './latency-readings.js';
import { secondsBetween } from './recent-samples.js';
import {
  BASELINE,
  CLEAR,
  type EvidenceDraft,
  type Judgement,
  missing,
  reading,
  type RuleContext,
  type RuleSample,
} from './rule.js';
import { type TtftParts, ttftParts } from './ttft-parts.js';

/** A time to first token that is too long, and where the time goes. */
export interface TtftBreach {
  readonly latency: RecentLatency;
  readonly parts: TtftParts;
}

type Histogram = 'ttft' | 'queueTime' | 'prefillTime';

/** The breach with its parts, or why there is none: `factor` is how much of the objective counts as too long. */
export function judgedTtft(
  sample: RuleSample<Engine>,
  context: Pick<RuleContext, 'slo'>,
  needed: readonly Histogram[],
  factor: number = 1,
): TtftBreach | Judgement {
  const { histograms } = sample.state;
  if (needed.some((name) => histograms[name] === null)) {
    const absent = needed.filter((name) => histograms[name] === null);
    return missing(...absent.map((name) => `engines.histograms.${name}`));
  }
  if (isSettling(sample)) return BASELINE;
  const latency = judgedLatency(sample, context, 'ttft', factor);
  if (isJudgement(latency)) return latency;
  if (!isBreach(latency)) return CLEAR;
  const parts = ttftParts(latency.before.state, sample.state);
  return parts ? { latency, parts } : BASELINE;
}

export function isTtftBreach(value: TtftBreach | Judgement): value is TtftBreach {
  return 'parts' in value;
}

type PartName = 'queue' | 'prefill' | 'frontend';

const DERIVED = {
  queue: 'derived.ttftQueueShare',
  prefill: 'derived.ttftPrefillShare',
  frontend: 'derived.ttftFrontendShare',
} as const satisfies Record<PartName, string>;

/** The share of one part as evidence. */
export function partReading(
  sample: RuleSample<Engine>,
  { latency, parts }: TtftBreach,
  name: PartName,
  bound: EvidenceDraft['bound'] = null,
): EvidenceDraft | null {
  const windowSeconds = secondsBetween(latency.before, sample);
  return reading(sample, DERIVED[name], parts[name], 'ratio', { bound, windowSeconds });
}
