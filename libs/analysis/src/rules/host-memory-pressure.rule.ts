import type { Severity, Snapshot } from '@app/core';
import { worstSeverity } from './derived-readings.js';
import { memoryActions, pressureOf, workingSetRatio } from './host-readings.js';
import { CLEAR, type RuleContext, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold =
  'availableRatio' | 'availableSeconds' | 'fullPressure' | 'highFullPressure' | 'cgroupUsage' | 'criticalCgroupUsage';
type Thresholds = RuleContext<Threshold>['thresholds'];

interface MemoryReadings {
  readonly availableRatio: number | null;
  readonly fullPressure: number | null;
  readonly pressureSignal: string;
  readonly cgroupRatio: number | null;
}

function readingsOf({ system }: Snapshot): MemoryReadings {
  const total = system?.memory.totalBytes ?? null;
  const available = system?.memory.availableBytes ?? null;
  const pressure = pressureOf(system, 'memoryFull');
  return {
    availableRatio: available !== null && total !== null && total > 0 ? available / total : null,
    fullPressure: pressure?.percent ?? null,
    pressureSignal: pressure?.signal ?? 'system.pressure.memoryFullAvg60',
    cgroupRatio: workingSetRatio(system),
  };
}

function severitiesOf(readings: MemoryReadings, thresholds: Thresholds): { available: boolean; others: Severity[] } {
  const { availableRatio, fullPressure, cgroupRatio } = readings;
  const others: Severity[] = [];
  if (fullPressure !== null && fullPressure >= thresholds.fullPressure) {
    others.push(fullPressure >= thresholds.highFullPressure ? 'high' : 'medium');
  }
  if (cgroupRatio !== null && cgroupRatio >= thresholds.cgroupUsage) {
    others.push(cgroupRatio >= thresholds.criticalCgroupUsage ? 'critical' : 'high');
  }
  return { available: availableRatio !== null && availableRatio < thresholds.availableRatio, others };
}

function summaryOf(hasLowMemory: boolean, hasPressure: boolean): string {
  if (hasLowMemory) return 'Only {availableRatio} of host memory is available ({available} of {total}).';
  if (hasPressure) return 'All tasks of the host were stalled on memory for {pressure} of the time.';
  return 'The working set fills {cgroup} of the memory limit of the control group.';
}

/** The host, or the control group that we run in, is short of memory that can't be reclaimed. */
export const hostMemoryPressureRule = defineRule<'host', Threshold>({
  id: 'host-memory-pressure',
  title: 'Host memory is nearly used up',
  category: 'bottleneck',
  scope: 'host',
  durationClass: 'D1',
  sections: ['system'],
  keeps: 'state',
  inputs: [
    { signal: 'system.memory.availableBytes', required: true },
    { signal: 'system.memory.totalBytes', required: true },
    { signal: 'system.pressure.memoryFullAvg60', required: false },
    { signal: 'system.pressure.memoryFullAvg10', required: false },
    { signal: 'system.cgroup.memoryCurrentBytes', required: false },
    { signal: 'system.cgroup.memoryInactiveFileBytes', required: false },
    { signal: 'system.cgroup.memoryLimitBytes', required: false },
  ],
  thresholds: {
    availableRatio: {
      value: 0.1,
      unit: 'ratio',
      source: 'samber/awesome-prometheus-alerts: less than 10 % available for 2 minutes',
      range: { min: 0.01, max: 0.5 },
      description: 'available memory as a share of the total, below which it is short',
      softens: 'up',
    },
    availableSeconds: {
      value: 120,
      unit: 'seconds',
      source: 'samber/awesome-prometheus-alerts: less than 10 % available for 2 minutes',
      range: { min: 10, max: 3600 },
      description: 'time for which available memory has to be short',
    },
    fullPressure: {
      value: 5,
      unit: 'percent',
      source: 'engineering choice',
      range: { min: 1, max: 100 },
      description: 'time in which all tasks were stalled on memory',
      softens: 'down',
    },
    highFullPressure: {
      value: 10,
      unit: 'percent',
      source: 'engineering choice',
      range: { min: 1, max: 100 },
      description: 'the same, from which it is urgent',
    },
    cgroupUsage: {
      value: 0.9,
      unit: 'ratio',
      source: 'netdata cgroup alarms',
      range: { min: 0.5, max: 1 },
      description: 'working set of the control group as a share of its limit',
      softens: 'down',
    },
    criticalCgroupUsage: {
      value: 0.98,
      unit: 'ratio',
      source: 'netdata cgroup alarms',
      range: { min: 0.5, max: 1 },
      description: 'the same, from which a kill is close',
    },
  },
  candidateActions: ['lmcache-config:l1-size', 'k8s-patch-resources', 'notify-oncall'],
  reference: 'Linux MemAvailable and pressure stall information; low free memory alone is page cache',

  judge({ snapshot }, { thresholds }) {
    const readings = readingsOf(snapshot);
    const { available, others } = severitiesOf(readings, thresholds);
    if (others.length > 0) return { status: 'holds' };
    if (available) return { status: 'holds', needsSeconds: thresholds.availableSeconds };
    return readings.availableRatio === null
      ? missing('system.memory.availableBytes', 'system.memory.totalBytes')
      : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { thresholds } = context;
    const { system } = sample.snapshot;
    const readings = readingsOf(sample.snapshot);
    const { available, others } = severitiesOf(readings, thresholds);
    const hasPressure = readings.fullPressure !== null && readings.fullPressure >= thresholds.fullPressure;
    const hasFullGroup = readings.cgroupRatio !== null && readings.cgroupRatio >= thresholds.cgroupUsage;
    return {
      severity: worstSeverity(available ? ['high', ...others] : others),
      confidence: 'high',
      summary: summaryOf(available, hasPressure),
      evidence: {
        availableRatio: reading(sample, 'derived.memoryAvailableRatio', readings.availableRatio, 'ratio', {
          bound: available ? context.bound('<', 'availableRatio') : null,
        }),
        available: reading(sample, 'system.memory.availableBytes', system?.memory.availableBytes, 'bytes'),
        total: reading(sample, 'system.memory.totalBytes', system?.memory.totalBytes, 'bytes'),
        pressure: reading(sample, readings.pressureSignal, readings.fullPressure, 'percent', {
          bound: hasPressure ? context.bound('>=', 'fullPressure') : null,
        }),
        cgroup: reading(sample, 'derived.cgroupWorkingSetRatio', readings.cgroupRatio, 'ratio', {
          bound: hasFullGroup ? context.bound('>=', 'cgroupUsage') : null,
        }),
        // Large where a cache pins its pool, which is meant to be so.
        locked: reading(sample, 'system.memory.mlockedBytes', system?.memory.mlockedBytes, 'bytes'),
        limit: reading(sample, 'system.cgroup.memoryLimitBytes', system?.cgroup.memoryLimitBytes, 'bytes'),
        faults: reading(sample, 'system.paging.majorFaultsPerSecond', system?.paging.majorFaultsPerSecond, 'perSecond'),
        swap: reading(sample, 'system.memory.swapUsedBytes', system?.memory.swapUsedBytes, 'bytes'),
      },
      candidateActions: memoryActions(),
    };
  },
});
