import type { Engine } from '@app/core';
import { boundIndexOf, type BucketShare, bucketShare, hasObserved, isFiniteBound } from '../histogram-shares.js';
import { SLO_BREACH_SHARE, SLO_MIN_OBSERVATIONS } from '../slo-breaches.js';
import { lookBackUntil, secondsBetween } from './recent-samples.js';
import { rememberedPerSample } from './remembered-per-sample.js';
import { BASELINE, type EvidenceDraft, type Judgement, type RuleContext, type RuleSample, reading } from './rule.js';

export type Objective = 'ttft' | 'interTokenLatency';

/** How one latency was, from an earlier sample to this one. */
export interface RecentLatency extends BucketShare {
  readonly before: RuleSample<Engine>;
  /** The bucket bound that was used: the wanted one, or the next higher one so that being above it is certain. */
  readonly boundSeconds: number;
  readonly shareAbove: number;
}

const NAMES = {
  ttft: { words: 'time to first token', derived: 'derived.ttftAboveObjectiveRatio' },
  interTokenLatency: { words: 'inter-token latency', derived: 'derived.interTokenLatencyAboveObjectiveRatio' },
} as const;

/** The objective in seconds; 0 where there is none (batch). */
export function objectiveSeconds(context: Pick<RuleContext, 'slo'>, objective: Objective): number {
  return objective === 'ttft' ? context.slo.ttftP95Seconds : context.slo.itlP95Seconds;
}

/** Share of the observations between two samples above a number of seconds; null where that can't be told. */
export function latencyAbove(
  before: RuleSample<Engine>,
  sample: RuleSample<Engine>,
  objective: Objective,
  seconds: number,
): RecentLatency | null {
  const earlier = before.state.histograms[objective];
  const histogram = sample.state.histograms[objective];
  const index = histogram ? boundIndexOf(histogram, seconds) : null;
  const boundSeconds = index === null ? null : histogram?.upperBounds[index];
  if (!earlier || !histogram || index === null || !isFiniteBound(boundSeconds)) return null;
  const share = bucketShare(earlier, histogram, index);
  if (!share) return null;
  const shareAbove = share.observations === 0 ? 0 : share.above / share.observations;
  return { ...share, before, boundSeconds, shareAbove };
}

type BySeconds = Map<number, RecentLatency | null>;

const remembered: Readonly<Record<Objective, (sample: RuleSample<Engine>) => BySeconds>> = {
  ttft: rememberedPerSample((): BySeconds => new Map()),
  interTokenLatency: rememberedPerSample((): BySeconds => new Map()),
};

/** The latency of the last minute, or of as long as it took until enough was observed. */
export function recentLatency(sample: RuleSample<Engine>, objective: Objective, seconds: number): RecentLatency | null {
  const bySeconds = remembered[objective](sample);
  const known = bySeconds.get(seconds);
  if (known !== undefined) return known;
  const latency = latencyUntilNow(sample, objective, seconds);
  bySeconds.set(seconds, latency);
  return latency;
}

function latencyUntilNow(sample: RuleSample<Engine>, objective: Objective, seconds: number): RecentLatency | null {
  const histogram = sample.state.histograms[objective];
  const index = histogram ? boundIndexOf(histogram, seconds) : null;
  if (!histogram || index === null) return null;
  const before = lookBackUntil(sample, ({ state }) => {
    const earlier = state.histograms[objective];
    return earlier !== null && hasObserved(earlier, histogram, index, SLO_MIN_OBSERVATIONS);
  });
  return before ? latencyAbove(before, sample, objective, seconds) : null;
}

/** Whether the p95 was above the bound. */
export function isBreach({ shareAbove }: Pick<RecentLatency, 'shareAbove'>): boolean {
  return shareAbove > SLO_BREACH_SHARE;
}

/** The latency against its objective, or the judgement that says why there is none to compare. */
export function judgedLatency(
  sample: RuleSample<Engine>,
  context: Pick<RuleContext, 'slo'>,
  objective: Objective,
  factor: number = 1,
): RecentLatency | Judgement {
  const { words } = NAMES[objective];
  const seconds = objectiveSeconds(context, objective) * factor;
  const histogram = sample.state.histograms[objective];
  if (!histogram) return { status: 'missing', inputs: [`engines.histograms.${objective}`] };
  if (seconds <= 0) return { status: 'inapplicable', reason: `no objective for the ${words}` };
  if (boundIndexOf(histogram, seconds) === null) {
    return { status: 'inapplicable', reason: `no bucket of the ${words} reaches its objective` };
  }
  const latency = recentLatency(sample, objective, seconds);
  if (!latency) return BASELINE;
  if (latency.observations < SLO_MIN_OBSERVATIONS) {
    return { status: 'inapplicable', reason: `fewer than ${SLO_MIN_OBSERVATIONS} observations of the ${words}` };
  }
  return latency;
}

export function isJudgement(value: RecentLatency | Judgement): value is Judgement {
  return 'status' in value;
}

/** The share of the observations above the objective as evidence. */
export function latencyReading(
  sample: RuleSample<Engine>,
  objective: Objective,
  latency: RecentLatency | null,
): EvidenceDraft | null {
  if (!latency) return null;
  return reading(sample, NAMES[objective].derived, latency.shareAbove, 'ratio', {
    bound: { operator: '>', threshold: SLO_BREACH_SHARE, source: 'p95 objective of the configuration' },
    windowSeconds: secondsBetween(latency.before, sample),
  });
}
