import type { Engine, Gpu, Snapshot } from '@app/core';
import { countCpus } from './cpu-list.js';
import { counterDelta } from './derived-readings.js';
import { gpusOf } from './engine-gpus.js';
import { pressureOf } from './host-readings.js';
import { aMinuteBefore } from './recent-samples.js';
import { type EvidenceDraft, reading, type RuleSample } from './rule.js';

/** The bounds of the rule, so that another one can ask for the same state. */
export interface StarvationBounds {
  readonly runningRequests: number;
  readonly lowUtilization: number;
  readonly lowSmActive: number;
  readonly cpuPressure: number;
  readonly throttledRatio: number;
  readonly serverCores: number;
  readonly runnablePerCpu: number;
}

export const STARVATION_DEFAULTS: StarvationBounds = {
  runningRequests: 4,
  lowUtilization: 0.5,
  lowSmActive: 0.4,
  cpuPressure: 20,
  throttledRatio: 0.25,
  serverCores: 0.95,
  runnablePerCpu: 2,
};

/** As many deferred requests as this wait for something else than the CPU. */
const DEFERRED_REQUESTS = 5;

export type CpuSign = 'pressure' | 'throttled' | 'server' | 'runnable';

/** CPU readings around an engine; null where unknown. */
export interface CpuReadings {
  readonly pressure: number | null;
  readonly throttled: number | null;
  readonly server: number | null;
  readonly runnable: number | null;
}

/** The control group counts when it is the engine's, or when nobody knows which one the engine is in. */
function throttledOf(sample: RuleSample<Engine>): number | null {
  const { process } = sample.state;
  const cgroup = sample.snapshot.system?.cgroup;
  const isOther = process?.cgroupPath && cgroup?.path && process.cgroupPath !== cgroup.path;
  if (!cgroup || isOther) return null;
  const before = aMinuteBefore(sample)?.snapshot.system?.cgroup;
  const periods = counterDelta(before?.cpuPeriods, cgroup.cpuPeriods);
  const throttled = counterDelta(before?.cpuThrottledPeriods, cgroup.cpuThrottledPeriods);
  if (periods === null || throttled === null) return cgroup.cpuThrottledRatio;
  return periods === 0 ? 0 : throttled / periods;
}

export function cpuReadings(sample: RuleSample<Engine>): CpuReadings {
  const { cpu } = sample.snapshot.system ?? { cpu: null };
  return {
    pressure: pressureOf(sample.snapshot.system, 'cpuSome')?.percent ?? null,
    throttled: throttledOf(sample),
    server: sample.state.process?.cpuCores ?? null,
    runnable: cpu?.runnableTasks && cpu.logicalCores ? cpu.runnableTasks / cpu.logicalCores : null,
  };
}

/** What tells that CPU is short; an engine core at a full core alone is its normal busy loop and is not here. */
export function cpuSigns(readings: CpuReadings, bounds: StarvationBounds): CpuSign[] {
  const { pressure, throttled, server, runnable } = readings;
  return [
    ...(pressure !== null && pressure >= bounds.cpuPressure ? (['pressure'] as const) : []),
    ...(throttled !== null && throttled >= bounds.throttledRatio ? (['throttled'] as const) : []),
    ...(server !== null && server >= bounds.serverCores ? (['server'] as const) : []),
    ...(runnable !== null && runnable > bounds.runnablePerCpu ? (['runnable'] as const) : []),
  ];
}

/** Null where a GPU has no reading. */
function highestOf(gpus: readonly Gpu[], value: (gpu: Gpu) => number | null): number | null {
  let highest = -Infinity;
  for (const gpu of gpus) {
    const own = value(gpu);
    if (own === null) return null;
    highest = Math.max(highest, own);
  }
  return highest;
}

/** Highest readings over the engine's GPUs: one that works is not waiting for the CPU. Null when not known. */
export function gpuActivity(engine: Engine, snapshot: Snapshot) {
  const gpus = gpusOf(engine, snapshot);
  if (!gpus || gpus.length === 0) return null;
  const utilization = highestOf(gpus, (gpu) => gpu.utilization.gpuRatio);
  const smActive = highestOf(gpus, (gpu) => gpu.profiling.smActiveRatio);
  return utilization === null && smActive === null ? null : { utilization, smActive };
}

/** Whether requests run and the GPUs have little to do all the same; null when that is not known. */
export function leavesGpusIdle(engine: Engine, snapshot: Snapshot, bounds: StarvationBounds): boolean | null {
  const { requestsRunning, requestsWaitingDeferred } = engine;
  const activity = gpuActivity(engine, snapshot);
  if (requestsRunning === null || !activity) return null;
  const { utilization, smActive } = activity;
  const isLow =
    (utilization !== null && utilization < bounds.lowUtilization) ||
    (smActive !== null && smActive < bounds.lowSmActive);
  // Requests that wait for a KV transfer leave the GPU idle too.
  const isDeferring = (requestsWaitingDeferred ?? 0) >= DEFERRED_REQUESTS;
  return requestsRunning >= bounds.runningRequests && isLow && !isDeferring;
}

/** Whether requests run, the GPUs have little to do and nothing but the CPU explains it; null when that is not known. */
export function isCpuStarved(sample: RuleSample<Engine>, bounds: StarvationBounds): boolean | null {
  const isIdle = leavesGpusIdle(sample.state, sample.snapshot, bounds);
  if (!isIdle) return isIdle;
  const readings = cpuReadings(sample);
  if (Object.values(readings).every((value) => value === null)) return null;
  return cpuSigns(readings, bounds).length > 0;
}

/** Cores that the engine may use: what its limit, its affinity and the machine leave; null when none is known. */
export function coresAvailable({ state, snapshot }: RuleSample<Engine>): number | null {
  const known = [
    snapshot.system?.cgroup.cpuLimitCores,
    state.process?.cpusAllowed ? countCpus(state.process.cpusAllowed) : null,
    snapshot.system?.cpu.logicalCores,
  ].filter((cores) => typeof cores === 'number');
  return known.length === 0 ? null : Math.min(...known);
}

/** One core for the API server, one for the engine core and one per GPU worker, as vLLM's guide asks for. */
export function coresNeeded(engine: Engine): number | null {
  return engine.gpuUuids === null ? null : 2 + engine.gpuUuids.length;
}

export function coresReadings(sample: RuleSample<Engine>): Readonly<Record<string, EvidenceDraft | null>> {
  return {
    cores: reading(sample, 'derived.coresAvailable', coresAvailable(sample), 'count'),
    coresNeeded: reading(sample, 'derived.coresNeeded', coresNeeded(sample.state), 'count'),
  };
}
