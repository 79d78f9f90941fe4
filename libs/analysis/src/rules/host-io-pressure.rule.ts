import type { CandidateAction, Snapshot, System } from '@app/core';
import { isLoadingModel, type PressureReading, pressureOf } from './host-readings.js';
import { CLEAR, type RuleContext, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'somePressure' | 'fullPressure' | 'waitSeconds' | 'iowaitRatio' | 'loadingSeconds';
type Thresholds = RuleContext<Threshold>['thresholds'];

interface Stall {
  readonly some: PressureReading | null;
  readonly full: PressureReading | null;
  readonly isSomeHigh: boolean;
  readonly isFullHigh: boolean;
}

function stallOf(system: System | null, thresholds: Thresholds): Stall {
  const some = pressureOf(system, 'ioSome');
  const full = pressureOf(system, 'ioFull');
  return {
    some,
    full,
    isSomeHigh: some !== null && some.percent >= thresholds.somePressure,
    isFullHigh: full !== null && full.percent >= thresholds.fullPressure,
  };
}

type Device = System['diskIo'][number] & { readonly averageWaitSeconds: number };

/** The device whose requests wait longest; null when none had any. */
function slowestDevice(system: System | null): Device | null {
  const waiting = (system?.diskIo ?? []).filter((device): device is Device => device.averageWaitSeconds !== null);
  return waiting.sort((a, b) => b.averageWaitSeconds - a.averageWaitSeconds)[0] ?? null;
}

function isSlow(device: Device | null, thresholds: Thresholds): boolean {
  return device !== null && device.averageWaitSeconds > thresholds.waitSeconds;
}

function waitsOnIo(system: System | null, thresholds: Thresholds): boolean {
  return (system?.cpu.iowaitRatio ?? 0) > thresholds.iowaitRatio;
}

function actionsFor({ caches }: Snapshot): CandidateAction[] {
  const canBypass = caches.some(({ mode }) => mode === 'in-process');
  return [
    ...(canBypass ? [{ type: 'lmcache-bypass-add', parameters: { backendName: 'LocalDiskBackend' } }] : []),
    { type: 'host-tune', parameters: {} },
  ];
}

/** Tasks stand still for the disks, and the disks are slow to answer. */
export const hostIoPressureRule = defineRule<'host', Threshold>({
  id: 'host-io-pressure',
  title: 'Tasks wait for the disks',
  category: 'bottleneck',
  scope: 'host',
  durationClass: 'D1',
  sections: ['system'],
  keeps: 'state',
  inputs: [
    { signal: 'system.pressure.ioSomeAvg60', required: true },
    { signal: 'system.pressure.ioSomeAvg10', required: false },
    { signal: 'system.pressure.ioFullAvg60', required: false },
    { signal: 'system.pressure.ioFullAvg10', required: false },
    { signal: 'system.diskIo.averageWaitSeconds', required: true },
    { signal: 'system.cpu.iowaitRatio', required: false },
    { signal: 'engines.startedAt', required: false },
  ],
  thresholds: {
    somePressure: {
      value: 20,
      unit: 'percent',
      source: 'engineering choice',
      range: { min: 1, max: 100 },
      description: 'time in which some task waited for the disks',
      softens: 'down',
    },
    fullPressure: {
      value: 10,
      unit: 'percent',
      source: 'engineering choice',
      range: { min: 1, max: 100 },
      description: 'time in which all tasks waited for the disks',
      softens: 'down',
    },
    waitSeconds: {
      value: 0.1,
      unit: 'seconds',
      source: 'samber/awesome-prometheus-alerts: unusual disk latency (over 100 ms)',
      range: { min: 0.001, max: 10 },
      description: 'mean time of a request; being busy all the time is normal for NVMe',
      softens: 'down',
    },
    iowaitRatio: {
      value: 0.1,
      unit: 'ratio',
      source: 'samber/awesome-prometheus-alerts: CPU iowait over 10 %',
      range: { min: 0.01, max: 1 },
      description: 'share of CPU time that is idle for want of data',
      softens: 'down',
    },
    loadingSeconds: {
      value: 600,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 60, max: 7200 },
      description: 'time for which reading a model may keep the disks busy',
    },
  },
  candidateActions: ['lmcache-bypass-add', 'host-tune'],
  reference: 'Linux pressure stall information; samber/awesome-prometheus-alerts for latency and iowait',

  judge({ state, snapshot }, { thresholds }) {
    const { system } = state;
    const { some, full, isSomeHigh, isFullHigh } = stallOf(system, thresholds);
    if (!isSomeHigh && !isFullHigh) {
      return some === null && full === null ? missing('system.pressure.ioSomeAvg60') : CLEAR;
    }
    const device = slowestDevice(system);
    if (isSlow(device, thresholds) || waitsOnIo(system, thresholds)) {
      return { status: 'holds', needsSeconds: isLoadingModel(snapshot) ? thresholds.loadingSeconds : 0 };
    }
    const isUnknown = device === null && (system?.cpu.iowaitRatio ?? null) === null;
    return isUnknown ? missing('system.diskIo.averageWaitSeconds', 'system.cpu.iowaitRatio') : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { system } = sample.state;
    const { some, full, isSomeHigh, isFullHigh } = stallOf(system, context.thresholds);
    const device = slowestDevice(system);
    const isLoading = isLoadingModel(sample.snapshot);
    const hasSlowDisk = isSlow(device, context.thresholds);
    const bytes = device && (device.readBytesPerSecond ?? 0) + (device.writeBytesPerSecond ?? 0);
    return {
      severity: isLoading ? 'high' : 'medium',
      confidence: 'high',
      summary: `${isSomeHigh ? 'Some tasks waited' : 'All tasks waited'} for the disks for ${isSomeHigh ? '{some}' : '{full}'} of the time, ${
        hasSlowDisk ? 'and {device} takes {wait} for a request' : 'and {iowait} of the CPU time is lost to it'
      }.`,
      evidence: {
        some:
          some &&
          reading(sample, some.signal, some.percent, 'percent', {
            bound: isSomeHigh ? context.bound('>=', 'somePressure') : null,
          }),
        full:
          full &&
          reading(sample, full.signal, full.percent, 'percent', {
            bound: isFullHigh ? context.bound('>=', 'fullPressure') : null,
          }),
        wait: reading(sample, 'system.diskIo.averageWaitSeconds', device?.averageWaitSeconds, 'seconds', {
          bound: hasSlowDisk ? context.bound('>', 'waitSeconds') : null,
        }),
        device: reading(sample, 'system.diskIo.device', device?.device, 'text'),
        iowait: reading(sample, 'system.cpu.iowaitRatio', system?.cpu.iowaitRatio, 'ratio', {
          bound: waitsOnIo(system, context.thresholds) ? context.bound('>', 'iowaitRatio') : null,
        }),
        throughput: reading(sample, 'derived.diskBytesPerSecond', bytes, 'bytesPerSecond'),
        loading: reading(sample, 'derived.isLoadingModel', isLoading ? true : null, 'text'),
      },
      candidateActions: actionsFor(sample.state),
    };
  },
});
