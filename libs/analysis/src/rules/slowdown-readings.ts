import type { CandidateAction, ClockEventReason, Gpu } from '@app/core';
import { gpuIdOf } from '@app/core';
import { clockRatio, secondsSincePrevious, throttleShare } from './derived-readings.js';
import { hasReason, loadReading } from './gpu-load-readings.js';
import {
  BASELINE,
  type Bound,
  CLEAR,
  type EvidenceDraft,
  type Judgement,
  type RuleContext,
  type RuleSample,
  type Run,
  missing,
  reading,
  recentOf,
} from './rule.js';

/** A way in which the GPU is slowed down: the reason that is active now and the time that it was so far. */
export interface Slowdown {
  readonly reason: ClockEventReason;
  readonly counter: keyof Gpu['clockEventSeconds'];
  /** Derived signal of its share of the time. */
  readonly shareSignal: string;
}

export const HW_THERMAL: Slowdown = {
  reason: 'hw-thermal-slowdown',
  counter: 'hwThermalSlowdown',
  shareSignal: 'derived.hwThermalThrottleRatio',
};
export const SW_THERMAL: Slowdown = {
  reason: 'sw-thermal-slowdown',
  counter: 'swThermalSlowdown',
  shareSignal: 'derived.swThermalThrottleRatio',
};
export const POWER_BRAKE: Slowdown = {
  reason: 'hw-power-brake-slowdown',
  counter: 'hwPowerBrakeSlowdown',
  shareSignal: 'derived.powerBrakeThrottleRatio',
};

export const THERMAL_REASONS: readonly ClockEventReason[] = [HW_THERMAL.reason, SW_THERMAL.reason];

/** The reason at this instant, or the counter, which also sees what is shorter than the sampling interval. */
export function judgeSlowdown(sample: RuleSample<Gpu>, { reason, counter }: Slowdown, shareBound: number): Judgement {
  const { clockEventReasons, clockEventSeconds } = sample.state;
  const share = throttleShare(sample, counter);
  if (clockEventReasons === null && share === null) {
    return clockEventSeconds[counter] === null ? missing('gpus.clockEventReasons') : BASELINE;
  }
  if (clockEventReasons?.includes(reason)) return { status: 'holds' };
  return share !== null && share >= shareBound ? { status: 'holds', fromPrevious: true } : CLEAR;
}

/** What told of the slowdown; one of the two is there for every sample that holds. */
export function slowdownEvidence(
  sample: RuleSample<Gpu>,
  { reason, counter, shareSignal }: Slowdown,
  shareBound: Bound,
): { readonly reasons: EvidenceDraft | null; readonly share: EvidenceDraft | null } {
  const share = throttleShare(sample, counter);
  const bound = { operator: 'includes', threshold: reason, source: 'NVML clock event reasons' } as const;
  const isAbove = share !== null && share >= Number(shareBound.threshold);
  return {
    reasons: hasReason(sample.state, [reason])
      ? reading(sample, 'gpus.clockEventReasons', reason, 'text', { bound })
      : null,
    share: reading(sample, shareSignal, share, 'ratio', {
      bound: isAbove ? shareBound : null,
      windowSeconds: secondsSincePrevious(sample) ?? 0,
    }),
  };
}

/** Whether a slowdown was there in every sample that confirms a bottleneck: then its own rule speaks. */
export function isThroughout(
  run: Run<Gpu>,
  durations: RuleContext['durations'],
  isSlowed: (sample: RuleSample<Gpu>) => boolean,
): boolean {
  const recent = recentOf(run, durations);
  return recent.length >= durations.d1Samples && recent.every(({ sample }) => isSlowed(sample));
}

function hottestOther({ snapshot, subject }: RuleSample<Gpu>): number | null {
  const others = snapshot.gpus.filter((gpu) => gpuIdOf(gpu) !== subject.id);
  const known = others.map(({ temperature }) => temperature.gpuCelsius).filter((celsius) => celsius !== null);
  return known.length === 0 ? null : Math.max(...known);
}

type HeatReading =
  'temperature' | 'margin' | 'slowdown' | 'memory' | 'others' | 'clock' | 'utilization' | 'power' | 'fan';

/** Heat, and what makes or removes it. One hot GPU among cool ones points to that GPU, many point to the room. */
export function heatEvidence(sample: RuleSample<Gpu>): Readonly<Record<HeatReading, EvidenceDraft | null>> {
  const { temperature, power, fanRatio, clocks } = sample.state;
  return {
    margin: reading(sample, 'gpus.temperature.marginCelsius', temperature.marginCelsius, 'celsius'),
    temperature: reading(sample, 'gpus.temperature.gpuCelsius', temperature.gpuCelsius, 'celsius'),
    slowdown: reading(sample, 'gpus.temperature.slowdownCelsius', temperature.slowdownCelsius, 'celsius'),
    memory: reading(sample, 'gpus.temperature.memoryCelsius', temperature.memoryCelsius, 'celsius'),
    others: reading(sample, 'derived.hottestOtherGpuCelsius', hottestOther(sample), 'celsius'),
    clock: reading(sample, 'gpus.clocks.smMhz', clocks.smMhz, 'megahertz'),
    utilization: loadReading(sample),
    power: reading(sample, 'gpus.power.drawWatts', power.drawWatts, 'watts'),
    fan: reading(sample, 'gpus.fanRatio', fanRatio, 'ratio'),
  };
}

/** Degrees until the GPU slows down: as the driver says, else from its threshold; null when neither is known. */
export function slowdownMargin({ temperature }: Gpu): number | null {
  const { marginCelsius, slowdownCelsius, gpuCelsius } = temperature;
  if (marginCelsius !== null) return marginCelsius;
  return !slowdownCelsius || gpuCelsius === null ? null : slowdownCelsius - gpuCelsius;
}

export function marginEvidence(sample: RuleSample<Gpu>, bound: Bound): EvidenceDraft | null {
  const isTold = sample.state.temperature.marginCelsius !== null;
  const signal = isTold ? 'gpus.temperature.marginCelsius' : 'derived.slowdownMarginCelsius';
  return reading(sample, signal, slowdownMargin(sample.state), 'celsius', { bound });
}

/** The SM clock as a share of its maximum, with the bound that it is below. */
export function clockEvidence(sample: RuleSample<Gpu>, busyUtilization: number, below: Bound): EvidenceDraft | null {
  const ratio = clockRatio(sample.state, busyUtilization);
  const isBelow = ratio !== null && ratio < Number(below.threshold);
  return reading(sample, 'derived.clockRatio', ratio, 'ratio', { bound: isBelow ? below : null });
}

/** What an operator may lower a limit to, as a share of the default. */
const LOWEST_LIMIT_RATIO = 0.6;
const LIMIT_STEP_RATIO = 0.1;

/** One step of 10 %: less heat for a little speed, and never below what the GPU allows; nothing without limits. */
export function lowerPowerLimit({ power }: Gpu): CandidateAction[] {
  const { enforcedLimitWatts, minLimitWatts, defaultLimitWatts } = power;
  if (enforcedLimitWatts === null || minLimitWatts === null) return [];
  const nominal = defaultLimitWatts ?? enforcedLimitWatts;
  const step = Math.min(enforcedLimitWatts, nominal) * LIMIT_STEP_RATIO;
  const floor = Math.max(minLimitWatts, nominal * LOWEST_LIMIT_RATIO);
  const watts = Math.ceil(Math.max(floor, enforcedLimitWatts - step));
  return watts < enforcedLimitWatts ? [{ type: 'gpu-set-power-limit', parameters: { watts } }] : [];
}
