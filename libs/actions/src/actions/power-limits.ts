import type { Gpu } from '@app/core';
import type { GpuState } from './gpu-state.js';

/** Below this share of the default limit nothing is set (engineering choice): decoding slows down out of proportion. */
export const LOWEST_LIMIT_RATIO = 0.6;
/** One step is at most this share of the default limit (engineering choice). */
export const LARGEST_STEP_RATIO = 0.1;
/** Limits are read back in hundredths of a watt and set in thousandths; a driver may round to a whole one. */
export const LIMIT_TOLERANCE_WATTS = 1;

export interface PowerLimits {
  readonly requestedWatts: number;
  readonly enforcedWatts: number;
  readonly defaultWatts: number;
  readonly minWatts: number;
  readonly maxWatts: number;
}

export function limitsOfGpu({ power }: Gpu): PowerLimits | null {
  return complete({
    requestedWatts: power.requestedLimitWatts,
    enforcedWatts: power.enforcedLimitWatts,
    defaultWatts: power.defaultLimitWatts,
    minWatts: power.minLimitWatts,
    maxWatts: power.maxLimitWatts,
  });
}

export function limitsOfState(state: GpuState | null): PowerLimits | null {
  return complete({
    requestedWatts: state?.requestedLimitWatts ?? null,
    enforcedWatts: state?.enforcedLimitWatts ?? null,
    defaultWatts: state?.defaultLimitWatts ?? null,
    minWatts: state?.minLimitWatts ?? null,
    maxWatts: state?.maxLimitWatts ?? null,
  });
}

function complete(limits: { readonly [K in keyof PowerLimits]: number | null }): PowerLimits | null {
  return Object.values(limits).includes(null) ? null : (limits as PowerLimits);
}

export function lowestWatts({ minWatts, defaultWatts }: PowerLimits): number {
  return Math.max(minWatts, LOWEST_LIMIT_RATIO * defaultWatts);
}

/** Why the limit may not be set; null when it may. */
export function rangeProblem(limits: PowerLimits, watts: number): string | null {
  const lowest = lowestWatts(limits);
  if (watts < lowest || watts > limits.maxWatts) {
    return `${watts} W is not between ${round(lowest)} W and ${round(limits.maxWatts)} W`;
  }
  const largest = LARGEST_STEP_RATIO * limits.defaultWatts;
  const step = Math.abs(watts - limits.requestedWatts);
  // A limit that is set in whole watts may be that much further away.
  if (step > largest + LIMIT_TOLERANCE_WATTS) {
    return `from ${round(limits.requestedWatts)} W to ${watts} W is more than a step of ${round(largest)} W`;
  }
  return null;
}

export function isNear(watts: number | null | undefined, wanted: number): boolean {
  return typeof watts === 'number' && Math.abs(watts - wanted) <= LIMIT_TOLERANCE_WATTS;
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
