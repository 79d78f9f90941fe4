import type { ClockEventReason, Gpu } from '@app/core';
import type { EvidenceDraft, RuleSample, ThresholdDefinition } from './rule.js';
import { reading } from './rule.js';

/** The bound of `isBusy`, for the rules that only speak about a GPU under load. */
export const BUSY_UTILIZATION: ThresholdDefinition = {
  value: 0.5,
  unit: 'ratio',
  source: 'engineering choice',
  range: { min: 0.1, max: 1 },
  description: 'utilization from which the GPU counts as busy',
};

/** Clock reasons of heat and failing power; the software power cap at the default limit is normal and not here. */
export const SLOWDOWN_REASONS: readonly ClockEventReason[] = [
  'sw-thermal-slowdown',
  'hw-thermal-slowdown',
  'hw-power-brake-slowdown',
  'hw-slowdown',
];

export function hasReason(gpu: Gpu, reasons: readonly ClockEventReason[]): boolean {
  return reasons.some((reason) => gpu.clockEventReasons?.includes(reason));
}

/** Draw as a share of the enforced limit; null without a reading, or with the limit 0 of cards that report none. */
export function powerDrawRatio({ power }: Gpu): number | null {
  if (power.drawWatts === null || !power.enforcedLimitWatts) return null;
  return power.drawWatts / power.enforcedLimitWatts;
}

/** Enforced limit as a share of the default; below 1 it has been lowered. */
export function powerLimitRatio({ power }: Gpu): number | null {
  if (!power.enforcedLimitWatts || !power.defaultLimitWatts) return null;
  return power.enforcedLimitWatts / power.defaultLimitWatts;
}

/** What told that the GPU is busy. */
export function loadReading(sample: RuleSample<Gpu>): EvidenceDraft | null {
  const { utilization, profiling } = sample.state;
  return (
    reading(sample, 'gpus.utilization.gpuRatio', utilization.gpuRatio, 'ratio') ??
    reading(sample, 'gpus.profiling.smActiveRatio', profiling.smActiveRatio, 'ratio')
  );
}
