import type { Snapshot } from '@app/core';
import { counterDelta, sumOver } from './derived-readings.js';
import { BASELINE, CLEAR, type RuleSample, type Run, defineRule, lastOf, missing, reading, startOf } from './rule.js';

type Threshold = 'throttledRatio' | 'sustainedSeconds' | 'minimumPeriods';

function periodsOf(sample: RuleSample<Snapshot>): number | null {
  return counterDelta(sample.previous?.state.system?.cgroup.cpuPeriods, sample.state.system?.cgroup.cpuPeriods ?? null);
}

function throttledOf(sample: RuleSample<Snapshot>): number | null {
  const { previous, state } = sample;
  return counterDelta(
    previous?.state.system?.cgroup.cpuThrottledPeriods,
    state.system?.cgroup.cpuThrottledPeriods ?? null,
  );
}

function missingInputs({ state: { system } }: RuleSample<Snapshot>): string[] {
  return [
    ...(system?.cgroup.cpuPeriods === null || !system ? ['system.cgroup.cpuPeriods'] : []),
    ...(system?.cgroup.cpuThrottledPeriods === null || !system ? ['system.cgroup.cpuThrottledPeriods'] : []),
  ];
}

function totalsOf(run: Run<Snapshot>): { periods: number; throttled: number } {
  return { periods: sumOver(run, periodsOf) ?? 0, throttled: sumOver(run, throttledOf) ?? 0 };
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
    const periods = periodsOf(sample);
    const throttled = throttledOf(sample);
    if (periods === null || throttled === null) return BASELINE;
    // No period passed: there is no limit to hit.
    if (periods === 0 || throttled / periods < thresholds.throttledRatio) return CLEAR;
    return { status: 'holds', fromPrevious: true, needsSeconds: thresholds.sustainedSeconds };
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { periods, throttled } = totalsOf(run);
    if (periods < context.thresholds.minimumPeriods) return null;
    const windowSeconds = (sample.atMs - startOf(run)) / 1000;
    return {
      severity: 'medium',
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
        cores: reading(sample, 'system.cpu.logicalCores', sample.state.system?.cpu.logicalCores, 'count'),
      },
      candidateActions: [{ type: 'k8s-patch-resources', parameters: {} }],
    };
  },
});
