import type { Confidence, Engine, Gpu, KernelEvent, Severity } from '@app/core';
import { SEVERITIES } from '@app/core';
import { eventsOn } from './device-events.js';
import { type RuleContext, type RuleSample, type Run, startOf } from './rule.js';

/** How far a counter rose; null when either reading is missing or it fell, which means a restart. */
export function counterDelta(before: number | null | undefined, after: number | null): number | null {
  if (before === null || before === undefined || after === null || after < before) return null;
  return after - before;
}

/** Seconds since the previous sample; null without one. */
export function secondsSincePrevious(sample: RuleSample<unknown>): number | null {
  if (!sample.previous) return null;
  return (sample.atMs - sample.previous.atMs) / 1000;
}

/** Share of the interval that the GPU spent under a clock reason, from the driver's time counters. */
export function throttleShare(sample: RuleSample<Gpu>, reason: keyof Gpu['clockEventSeconds']): number | null {
  const seconds = secondsSincePrevious(sample);
  const delta = counterDelta(sample.previous?.state.clockEventSeconds[reason], sample.state.clockEventSeconds[reason]);
  if (seconds === null || seconds <= 0 || delta === null) return null;
  return Math.min(1, delta / seconds);
}

/** SM clock as a share of its maximum; low clocks of an idle GPU say nothing, so only when busy. */
export function clockRatio(gpu: Gpu, busyUtilization: number): number | null {
  const { smMhz, maxSmMhz } = gpu.clocks;
  if (!isBusy(gpu, busyUtilization) || smMhz === null || maxSmMhz === null || maxSmMhz <= 0) return null;
  return smMhz / maxSmMhz;
}

/** SM activity from which a GPU counts as busy where the driver gives no utilization; lower, since it weighs all SMs. */
const BUSY_SM_ACTIVE = 0.3;

/** By utilization; where the driver gives none (MIG) by SM activity; null where that is unknown as well. */
export function isBusy(gpu: Gpu, busyUtilization: number): boolean | null {
  const utilization = gpu.utilization.gpuRatio;
  if (utilization !== null) return utilization >= busyUtilization;
  const smActive = gpu.profiling.smActiveRatio;
  return smActive === null ? null : smActive >= BUSY_SM_ACTIVE;
}

export interface CapacityWaiting {
  readonly requests: number;
  readonly signal: 'engines.requestsWaitingCapacity' | 'engines.requestsWaiting' | 'derived.requestsWaitingNotDeferred';
  readonly confidence: Confidence;
}

/** Requests that wait for capacity. Deferred ones (LoRA slots, KV transfer) never count as demand. */
export function capacityWaiting(engine: Engine): CapacityWaiting | null {
  const { requestsWaiting, requestsWaitingCapacity, requestsWaitingDeferred } = engine;
  if (requestsWaitingCapacity !== null) {
    return { requests: requestsWaitingCapacity, signal: 'engines.requestsWaitingCapacity', confidence: 'high' };
  }
  if (requestsWaiting === null) return null;
  if (requestsWaitingDeferred !== null) {
    const requests = Math.max(0, requestsWaiting - requestsWaitingDeferred);
    return { requests, signal: 'derived.requestsWaitingNotDeferred', confidence: 'medium' };
  }
  return { requests: requestsWaiting, signal: 'engines.requestsWaiting', confidence: 'medium' };
}

/** Preemptions since the previous sample; null without one or without the counter. */
export function preemptionDelta(sample: RuleSample<Engine>): number | null {
  return counterDelta(sample.previous?.state.counters.preemptions, sample.state.counters.preemptions);
}

/** Sum of a delta over the run's samples; null when none had one. */
export function sumOver<S>(run: Run<S>, delta: (sample: RuleSample<S>) => number | null): number | null {
  const deltas = run.map(({ sample }) => delta(sample)).filter((value) => value !== null);
  return deltas.length === 0 ? null : deltas.reduce((sum, value) => sum + value, 0);
}

/** Whether an engine on this GPU misses its objective while the rule holds; null when that can't be told. */
export function gpuMissesSlo(run: Run<Gpu>, context: RuleContext): boolean | null {
  return context.breaches.onGpu(run[0].sample.subject.id, startOf(run));
}

/** XID lines of one GPU, by bus id. */
export function xidsOf(events: readonly KernelEvent[], pciBusId: string | null): readonly KernelEvent[] {
  const own = eventsOn(events, pciBusId);
  return own.length === 0 ? own : own.filter(({ kind }) => kind === 'xid');
}

export function worstSeverity(severities: readonly Severity[]): Severity {
  return SEVERITIES.find((severity) => severities.includes(severity)) ?? 'info';
}

/** Requests per second by which a series grows, by least squares; null for fewer than two points. */
export function slopePerSecond(points: readonly { readonly atMs: number; readonly value: number }[]): number | null {
  if (points.length < 2) return null;
  const meanAt = points.reduce((sum, point) => sum + point.atMs, 0) / points.length;
  const mean = points.reduce((sum, point) => sum + point.value, 0) / points.length;
  const spread = points.reduce((sum, point) => sum + (point.atMs - meanAt) ** 2, 0);
  if (spread === 0) return null;
  const covariance = points.reduce((sum, point) => sum + (point.atMs - meanAt) * (point.value - mean), 0);
  return (covariance / spread) * 1000;
}
