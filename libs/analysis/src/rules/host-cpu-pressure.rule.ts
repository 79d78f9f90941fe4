import type { Snapshot } from '@app/core';
import { type PressureReading, pressureOf } from './host-readings.js';
import { CLEAR, type RuleContext, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'somePressure' | 'stealRatio' | 'usedRatio' | 'loadPerCore' | 'sustainedSeconds';
type Sign = 'pressure' | 'steal' | 'used' | 'load';

interface CpuUse {
  readonly pressure: PressureReading | null;
  readonly steal: number | null;
  /** Of the cores that are left when each engine keeps one busy, which it does by design. */
  readonly used: number | null;
  readonly loadPerCore: number | null;
}

function useOf({ system, engines }: Snapshot): CpuUse {
  const { logicalCores = null, utilizationRatio = null, stealRatio = null, load1m = null } = system?.cpu ?? {};
  const loops = engines.filter(({ up }) => up).length;
  const rest = logicalCores === null ? null : logicalCores - loops;
  return {
    pressure: pressureOf(system, 'cpuSome'),
    steal: stealRatio,
    used:
      utilizationRatio === null || logicalCores === null || rest === null || rest <= 0
        ? null
        : Math.max(0, utilizationRatio * logicalCores - loops) / rest,
    loadPerCore: load1m === null || logicalCores === null || logicalCores <= 0 ? null : load1m / logicalCores,
  };
}

/** What tells that CPU is short, the surest first. */
function signsOf(use: CpuUse, thresholds: RuleContext<Threshold>['thresholds']): readonly Sign[] {
  const { pressure, steal, used, loadPerCore } = use;
  const signs: readonly (readonly [Sign, boolean])[] = [
    ['pressure', pressure !== null && pressure.percent >= thresholds.somePressure],
    ['steal', steal !== null && steal > thresholds.stealRatio],
    ['used', used !== null && used > thresholds.usedRatio],
    ['load', loadPerCore !== null && loadPerCore > thresholds.loadPerCore],
  ];
  return signs.flatMap(([sign, isHigh]) => (isHigh ? [sign] : []));
}

/** These are averages of waiting and theft; use and load only mean something when they last. */
const IMMEDIATE: readonly Sign[] = ['pressure', 'steal'];

const SUMMARIES: Readonly<Record<Sign, string>> = {
  pressure: 'Tasks waited for a CPU for {pressure} of the time.',
  steal: 'Other machines on the same hardware took {steal} of the CPU time.',
  used: 'The CPUs are {used} used, besides one for each engine.',
  load: 'There are {load} tasks per core that run or want to.',
};

/** Tasks wait for a CPU; by itself that is a hint, with a slow front end it is the cause. */
export const hostCpuPressureRule = defineRule<'host', Threshold>({
  id: 'host-cpu-pressure',
  title: 'Host is short of CPU',
  category: 'bottleneck',
  scope: 'host',
  durationClass: 'D1',
  sections: ['system'],
  keeps: 'state',
  inputs: [
    { signal: 'system.pressure.cpuSomeAvg60', required: true },
    { signal: 'system.pressure.cpuSomeAvg10', required: false },
    { signal: 'system.cpu.stealRatio', required: false },
    { signal: 'system.cpu.utilizationRatio', required: false },
    { signal: 'system.cpu.load1m', required: false },
    { signal: 'system.cpu.logicalCores', required: false },
  ],
  thresholds: {
    somePressure: {
      value: 25,
      unit: 'percent',
      source: 'engineering choice',
      range: { min: 1, max: 100 },
      description: 'time in which some task waited for a CPU',
      softens: 'down',
    },
    stealRatio: {
      value: 0.1,
      unit: 'ratio',
      source: 'samber/awesome-prometheus-alerts: CPU steal over 10 %',
      range: { min: 0.01, max: 1 },
      description: 'CPU time that the hypervisor gave to others',
      softens: 'down',
    },
    usedRatio: {
      value: 0.9,
      unit: 'ratio',
      source: 'node_exporter mixin NodeCPUHighUsage',
      range: { min: 0.5, max: 1 },
      description: 'use of the cores that engines do not keep busy by design',
      softens: 'down',
    },
    loadPerCore: {
      value: 2,
      unit: 'count',
      source: 'node_exporter mixin NodeSystemSaturation',
      range: { min: 0.5, max: 100 },
      description: 'load of the last minute per core',
      softens: 'down',
    },
    sustainedSeconds: {
      value: 900,
      unit: 'seconds',
      source: 'node_exporter mixin: 15 minutes',
      range: { min: 60, max: 7200 },
      description: 'time for which use or load have to be so',
    },
  },
  candidateActions: ['host-tune', 'k8s-patch-resources'],
  reference: 'Linux pressure stall information; node_exporter mixin for use and load',

  judge({ state }, { thresholds }) {
    const use = useOf(state);
    const signs = signsOf(use, thresholds);
    if (signs.some((sign) => IMMEDIATE.includes(sign))) return { status: 'holds' };
    if (signs.length > 0) return { status: 'holds', needsSeconds: thresholds.sustainedSeconds };
    return use.pressure === null ? missing('system.pressure.cpuSomeAvg60') : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const use = useOf(sample.state);
    const signs = signsOf(use, context.thresholds);
    const [sign] = signs;
    if (sign === undefined) return null;
    const boundIf = (wanted: Sign, operator: '>' | '>=', name: Threshold) => ({
      bound: signs.includes(wanted) ? context.bound(operator, name) : null,
    });
    const { pressure } = use;
    const { cpu } = sample.state.system ?? { cpu: null };
    return {
      severity: 'low',
      confidence: IMMEDIATE.includes(sign) ? 'high' : 'medium',
      summary: SUMMARIES[sign],
      evidence: {
        pressure:
          pressure &&
          reading(sample, pressure.signal, pressure.percent, 'percent', boundIf('pressure', '>=', 'somePressure')),
        steal: reading(sample, 'system.cpu.stealRatio', use.steal, 'ratio', boundIf('steal', '>', 'stealRatio')),
        used: reading(sample, 'derived.cpuUsedRatio', use.used, 'ratio', boundIf('used', '>', 'usedRatio')),
        load: reading(sample, 'derived.loadPerCore', use.loadPerCore, 'count', boundIf('load', '>', 'loadPerCore')),
        utilization: reading(sample, 'system.cpu.utilizationRatio', cpu?.utilizationRatio, 'ratio'),
        cores: reading(sample, 'system.cpu.logicalCores', cpu?.logicalCores, 'count'),
      },
      candidateActions: [
        { type: 'host-tune', parameters: {} },
        { type: 'k8s-patch-resources', parameters: {} },
      ],
    };
  },
});
