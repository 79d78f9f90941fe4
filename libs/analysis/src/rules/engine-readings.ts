import type { Engine } from '@app/core';
import { SLO_BREACH_SHARE, type SloBreach } from '../slo-breaches.js';
import { type EvidenceDraft, type RuleContext, type RuleSample, type Run, lastOf, reading, startOf } from './rule.js';
import { capacityWaiting } from './derived-readings.js';

/** An engine needs this long after a restart until its queue and latency mean something. */
export const SETTLING_SECONDS = 120;

export function isSettling(sample: RuleSample<Engine>): boolean {
  return sample.restart !== null && sample.atMs - sample.restart.seenAtMs < SETTLING_SECONDS * 1000;
}

/** Breach of an objective over the run; null when there is none or it can't be told. */
export function breachDuring(
  run: Run<Engine>,
  context: RuleContext,
  objective: 'ttft' | 'interTokenLatency',
): SloBreach | null {
  const breach = context.breaches[objective](lastOf(run).state.id, startOf(run));
  return breach?.breached ? breach : null;
}

/** The share of requests above the objective as evidence. */
export function breachReading(sample: RuleSample<Engine>, breach: SloBreach | null): EvidenceDraft | null {
  if (!breach) return null;
  const name = breach.objective === 'ttft' ? 'ttftAboveObjectiveRatio' : 'interTokenLatencyAboveObjectiveRatio';
  return reading(sample, `derived.${name}`, breach.shareAbove, 'ratio', {
    bound: { operator: '>', threshold: SLO_BREACH_SHARE, source: 'p95 objective of the configuration' },
    windowSeconds: breach.windowSeconds,
  });
}

/** Requests waiting for capacity as evidence, under the name of the signal that told. */
export function waitingReading(sample: RuleSample<Engine>, bound: EvidenceDraft['bound'] = null): EvidenceDraft | null {
  const waiting = capacityWaiting(sample.state);
  return waiting ? reading(sample, waiting.signal, waiting.requests, 'count', { bound }) : null;
}
