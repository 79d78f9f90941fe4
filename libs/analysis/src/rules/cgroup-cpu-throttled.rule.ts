import type { Engine, Snapshot } from '@app/core';
import { leavesGpusIdle, STARVATION_DEFAULTS } from './cpu-starvation.js';
import { counterDelta } from './derived-readings.js';
import { engineIn } from './history-readings.js';
import { type LookBack, lookBack } from './look-back.js';
import {
  BASELINE,
  CLEAR,
  type RuleContext,
  type RuleSample,
  type Run,
  defineRule,
  lastOf,
  missing,
  reading,
  startOf,
} from './rule.js';
import { ttftParts } from './ttft-parts.js';

type Threshold = 'throttledRatio' | 'sustainedSeconds' | 'minimumPeriods' | 'frontendShare';

/** Another group, or one that was made anew: its counters are not those of the one before. */
function isOtherGroup(before: Snapshot, after: Snapshot): boolean {
  const [one, other] = [before.system?.cgroup, after.system?.cgroup];
  if (one?.path !== other?.path) return true;
  return other?.cpuPeriods != null && one?.cpuPeriods != null && other.cpuPeriods < one.cpuPeriods;
}

interface Throttling {
  readonly periods: number;
  readonly throttled: number;
  readonly seconds: number;
}

function throttlingSince({ start, seconds }: LookBack<Snapshot>, sample: RuleSample<Snapshot>): Throttling | null {
  const [before, after] = [start.state.system?.cgroup, sample.state.system?.cgroup];
  const periods = counterDelta(before?.cpuPeriods, after?.cpuPeriods ?? null);
  const throttled = counterDelta(before?.cpuThrottledPeriods, after?.cpuThrottledPeriods ?? null);
  return periods === null || throttled === null ? null : { periods, throttled, seconds };
}

/** Over the last seconds, or what there is of them; null without an earlier sample of the same group. */
function throttlingOver(sample: RuleSample<Snapshot>, seconds: number): Throttling | null {
  const back = lookBack(sample, seconds, isOtherGroup);
  return back && throttlingSince(back, sample);
}

function isThrottled(throttling: Throttling | null, ratio: number): boolean {
  // No period passed: there is no limit to hit.
  return throttling !== null && throttling.periods > 0 && throttling.throttled / throttling.periods >= ratio;
}

function missingInputs({ state: { system } }: RuleSample<Snapshot>): string[] {
  return [
    ...(system?.cgroup.cpuPeriods === null || !system ? ['system.cgroup.cpuPeriods'] : []),
    ...(system?.cgroup.cpuThrottledPeriods === null || !system ? ['system.cgroup.cpuThrottledPeriods'] : []),
  ];
}

/** An engine that the CPU keeps waiting meanwhile: its GPUs idle, or its first tokens late in the front end. */
function waitingEngine(run: Run<Snapshot>, context: RuleContext<Threshold>): Engine | null {
  const { snapshot } = lastOf(run);
  const before = run[0].sample.previous?.snapshot;
  const isWaiting = (engine: Engine): boolean => {
    if (leavesGpusIdle(engine, snapshot, STARVATION_DEFAULTS)) return true;
    const earlier = engineIn(before, engine.id);
    const parts = earlier ? ttftParts(earlier, engine) : null;
    const hasSlowFrontend = parts?.isSameRequests && (parts.frontend ?? 0) >= context.thresholds.frontendShare;
    return hasSlowFrontend === true && context.breaches.ttft(engine.id, startOf(run))?.breached === true;
  };
  return snapshot.engines.find(isWaiting) ?? null;
}

/** The control group's CPU limit stops the processes in it again and again. */
export const cgroupCpuThrottledRule = defineRule<'host', Threshold>({
  id: 'cgroup-cpu-throttled',
  title: 'CPU limit of the control group throttles its processes',
  category: 'bottleneck',
  scope: 'host',
  durationClass: 'D1',
  sections: ['system'],
  keeps: 'state',
  inputs: [
    { signal: 'system.cgroup.cpuPeriods', required: true },
    { signal: 'system.cgroup.cpuThrottledPeriods', required: true },
    { signal: 'system.cgroup.cpuLimitCores', required: false },
    { signal: 'engines.requestsRunning', required: false },
    { signal: 'gpus.utilization.gpuRatio', required: false },
    { signal: 'engines.histograms.ttft', required: false },
  ],
  thresholds: {
    throttledRatio: {
      value: 0.25,
      unit: 'ratio',
      source: 'kubernetes-mixin CPUThrottlingHigh',
      range: { min: 0.05, max: 1 },
      description: 'share of scheduling periods in which the limit was hit',
      softens: 'down',
    },
    sustainedSeconds: {
      value: 300,
      unit: 'seconds',
      source: 'engineering choice; kubernetes-mixin waits 15 minutes',
      range: { min: 10, max: 3600 },
      description: 'time for which it has to be so',
    },
    frontendShare: {
      value: 0.3,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 1 },
      description: 'share of a late time to first token in the front end, with which the limit is what hurts',
    },
    minimumPeriods: {
      value: 100,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 10, max: 100_000 },
      description: 'scheduling periods below which a share says nothing',
    },
  },
  candidateActions: ['k8s-patch-resources'],
  reference: 'kubernetes-mixin CPUThrottlingHigh; cgroup v2 cpu.stat nr_periods and nr_throttled',

  judge(sample, { thresholds }) {
    const inputs = missingInputs(sample);
    if (inputs.length > 0) return missing(...inputs);
    const { throttledRatio, sustainedSeconds } = thresholds;
    const lasting = throttlingOver(sample, sustainedSeconds);
    if (lasting === null) return BASELINE;
    const isLasting = isThrottled(lasting, throttledRatio);
    // The share of five minutes decides; until they have passed, that of the interval tells when it began.
    if (isLasting && lasting.seconds >= sustainedSeconds) return { status: 'holds', fromPrevious: true };
    if (!isLasting && !isThrottled(throttlingOver(sample, 0), throttledRatio)) return CLEAR;
    return { status: 'holds', fromPrevious: true, needsSeconds: sustainedSeconds };
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { throttledRatio, sustainedSeconds, minimumPeriods } = context.thresholds;
    const lasting = throttlingOver(sample, sustainedSeconds);
    if (!lasting || lasting.periods < minimumPeriods || !isThrottled(lasting, throttledRatio)) return null;
    const { periods, throttled, seconds: windowSeconds } = lasting;
    const engine = waitingEngine(run, context);
    const { system } = sample.state;
    return {
      severity: engine ? 'high' : 'medium',
      confidence: 'high',
      summary: 'The CPU limit was hit in {ratio} of the scheduling periods ({throttled} of {periods}).',
      evidence: {
        ratio: reading(sample, 'derived.cgroupThrottledRatio', throttled / periods, 'ratio', {
          bound: context.bound('>=', 'throttledRatio'),
          windowSeconds,
        }),
        throttled: reading(sample, 'derived.cgroupThrottledPeriods', throttled, 'count', { windowSeconds }),
        periods: reading(sample, 'derived.cgroupPeriods', periods, 'count', {
          bound: context.bound('>=', 'minimumPeriods'),
          windowSeconds,
        }),
        limit: reading(sample, 'system.cgroup.cpuLimitCores', system?.cgroup.cpuLimitCores, 'count'),
        cores: reading(sample, 'system.cpu.logicalCores', system?.cpu.logicalCores, 'count'),
        waiting: reading(sample, 'engines.id', engine?.id, 'text'),
      },
      candidateActions: [{ type: 'k8s-patch-resources', parameters: {} }],
    };
  },
});
