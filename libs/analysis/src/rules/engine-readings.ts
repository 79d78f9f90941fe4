import type { Engine } from '@app/core';
import { SLO_BREACH_SHARE, type SloBreach } from '../slo-breaches.js';
import { rememberedPerSample } from './remembered-per-sample.js';
import { type EvidenceDraft, type RuleContext, type RuleSample, type Run, lastOf, reading, startOf } from './rule.js';
import { capacityWaiting } from './derived-readings.js';

/** An engine needs this long after it started or woke up until its queue and latency mean something. */
export const SETTLING_SECONDS = 120;

/** Whether queue and latency mean nothing yet. */
export const isSettling = rememberedPerSample((sample: RuleSample<Engine>): boolean => {
  const { restart, state, atMs } = sample;
  const settlingMs = SETTLING_SECONDS * 1000;
  if (restart !== null && atMs - restart.seenAtMs < settlingMs) return true;
  // The engine's clock may be a little ahead of that of the frames.
  if (state.startedAt !== null && Math.abs(atMs - Date.parse(state.startedAt)) < settlingMs) return true;
  return hasSleptSince(sample, atMs - settlingMs);
});

export function isAsleep({ sleepState }: Pick<Engine, 'sleepState'>): boolean {
  return sleepState !== null && sleepState !== 'awake';
}

function hasSleptSince(sample: RuleSample<Engine>, fromMs: number): boolean {
  for (let at: RuleSample<Engine> | null = sample; at !== null && at.atMs > fromMs; at = at.previous) {
    if (isAsleep(at.state)) return true;
  }
  return false;
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
export function breachReading(
  sample: Pick<RuleSample<unknown>, 'at' | 'snapshot'>,
  breach: SloBreach | null,
): EvidenceDraft | null {
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
