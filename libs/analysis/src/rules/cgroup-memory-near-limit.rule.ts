import type { Snapshot } from '@app/core';
import { counterDelta } from './derived-readings.js';
import { workingSetRatio } from './host-readings.js';
import { lookBack } from './look-back.js';
import { CLEAR, type Judgement, type RuleSample, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'usedRatio' | 'criticalUsedRatio' | 'eventUsedRatio';
type LimitEvent = 'max' | 'high';

const NO_LIMIT: Judgement = { status: 'inapplicable', reason: 'the control group has no memory limit' };
const INPUTS = ['memoryLimitBytes', 'memoryCurrentBytes', 'memoryInactiveFileBytes'] as const;

/** How often the group ran into a bound over the last seconds; null for another group or without an earlier sample. */
function eventsOf(sample: RuleSample<Snapshot>, name: LimitEvent, seconds: number): number | null {
  const isOther = (before: Snapshot, after: Snapshot) => before.system?.cgroup.path !== after.system?.cgroup.path;
  const before = lookBack(sample, seconds, isOther)?.start.state.system?.cgroup.memoryEvents[name];
  return counterDelta(before, sample.state.system?.cgroup.memoryEvents[name] ?? null);
}

/** A limit of `max` is null like one that could not be read; its gap tells them apart. */
function limitIsUnset({ snapshot, state }: RuleSample<Snapshot>): boolean {
  const gap = snapshot.gaps.find(({ signal }) => signal === 'system.cgroup.memoryLimitBytes');
  return state.system?.cgroup.memoryCurrentBytes != null && (gap?.reason.includes('sets no limit') ?? true);
}

/** The control group is close to the limit at which the kernel kills in it. */
export const cgroupMemoryNearLimitRule = defineRule<'host', Threshold>({
  id: 'cgroup-memory-near-limit',
  title: 'Control group is close to its memory limit',
  category: 'bottleneck',
  scope: 'host',
  durationClass: 'D1',
  sections: ['system'],
  keeps: 'state',
  inputs: [
    { signal: 'system.cgroup.memoryLimitBytes', required: true },
    { signal: 'system.cgroup.memoryCurrentBytes', required: true },
    { signal: 'system.cgroup.memoryInactiveFileBytes', required: true },
    { signal: 'system.cgroup.memoryEvents.max', required: false },
    { signal: 'system.cgroup.memoryEvents.high', required: false },
  ],
  thresholds: {
    usedRatio: {
      value: 0.9,
      unit: 'ratio',
      source: 'netdata cgroup alarms',
      range: { min: 0.5, max: 1 },
      description: 'working set (without reclaimable file cache) as a share of the limit',
      softens: 'down',
    },
    criticalUsedRatio: {
      value: 0.98,
      unit: 'ratio',
      source: 'netdata cgroup alarms',
      range: { min: 0.5, max: 1 },
      description: 'the same, from which a kill is close',
    },
    eventUsedRatio: {
      value: 0.8,
      unit: 'ratio',
      source: 'engineering choice; file cache alone runs into the limit too, and is given back',
      range: { min: 0.1, max: 1 },
      description: 'working set from which running into a bound is more than file cache',
      softens: 'down',
    },
  },
  candidateActions: ['k8s-patch-resources', 'lmcache-config:l1-size'],
  reference: 'cgroup v2 memory.current, memory.stat and memory.events; netdata cgroup alarms',

  judge(sample, { thresholds, durations }) {
    const cgroup = sample.state.system?.cgroup;
    const inputs = INPUTS.filter((name) => cgroup?.[name] == null).map((name) => `system.cgroup.${name}`);
    if (cgroup?.memoryLimitBytes == null && limitIsUnset(sample)) return NO_LIMIT;
    const used = workingSetRatio(sample.state.system);
    if (used === null) return missing(...inputs);
    if (used >= thresholds.usedRatio) return { status: 'holds' };
    if (used < thresholds.eventUsedRatio) return CLEAR;
    const counts = (['max', 'high'] as const).map((name) => eventsOf(sample, name, durations.d1Seconds) ?? 0);
    return counts.some((count) => count > 0) ? { status: 'holds', fromPrevious: true } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const cgroup = sample.state.system?.cgroup;
    const { thresholds, durations } = context;
    const used = workingSetRatio(sample.state.system);
    if (used === null) return null;
    const isCritical = used >= thresholds.criticalUsedRatio;
    const isNear = used >= thresholds.usedRatio;
    const event = (name: LimitEvent) => {
      const count = eventsOf(sample, name, durations.d1Seconds);
      const bound =
        !isNear && (count ?? 0) > 0 ? ({ operator: '>', threshold: 0, source: 'rule definition' } as const) : null;
      return reading(sample, `derived.cgroupMemoryEvents.${name}`, count, 'count', {
        bound,
        windowSeconds: durations.d1Seconds,
      });
    };
    const usedBound = isCritical ? 'criticalUsedRatio' : isNear ? 'usedRatio' : 'eventUsedRatio';
    return {
      severity: isCritical ? 'critical' : 'medium',
      confidence: 'high',
      summary: isNear
        ? 'The working set of the control group is {used} of its memory limit ({limit}).'
        : 'The control group runs into its memory bound, with a working set of {used} of the limit ({limit}).',
      evidence: {
        used: reading(sample, 'derived.cgroupWorkingSetRatio', used, 'ratio', {
          bound: context.bound('>=', usedBound),
        }),
        current: reading(sample, 'system.cgroup.memoryCurrentBytes', cgroup?.memoryCurrentBytes, 'bytes'),
        inactive: reading(sample, 'system.cgroup.memoryInactiveFileBytes', cgroup?.memoryInactiveFileBytes, 'bytes'),
        limit: reading(sample, 'system.cgroup.memoryLimitBytes', cgroup?.memoryLimitBytes, 'bytes'),
        max: event('max'),
        high: event('high'),
      },
      candidateActions: [
        { type: 'k8s-patch-resources', parameters: {} },
        ...(sample.state.caches.length > 0 ? [{ type: 'lmcache-config:l1-size', parameters: {} }] : []),
      ],
    };
  },
});
