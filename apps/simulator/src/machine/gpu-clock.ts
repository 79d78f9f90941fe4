import type { GpuProduct } from './products.js';

/** What engines ask of a GPU in some time. */
export interface GpuDemand {
  /** Share of the time with kernels under way. */
  readonly busyRatio: number;
  /** Share of that time in which arithmetic is what it waits for; in the rest it waits for memory. */
  readonly computeRatio: number;
  /** Bytes moved from and to its memory, as a share of what the memory can do. */
  readonly dramRatio: number;
  readonly pcieRxBytes: number;
  readonly pcieTxBytes: number;
}

export const NO_DEMAND: GpuDemand = { busyRatio: 0, computeRatio: 0, dramRatio: 0, pcieRxBytes: 0, pcieTxBytes: 0 };

/**
 * Dynamic power over clock. Power is C·V²·f and voltage falls with frequency, so it falls faster than the clock; an
 * exponent between 2 and 3 fits what DVFS studies of GPUs report. The value is an estimate of ours.
 */
const POWER_EXPONENT = 2.4;
/**
 * Dynamic power of memory-bound work over that of compute-bound work: decoding is seen to draw 140–300 of an H100's
 * 700 W where prompts draw 600 and more (arXiv 2605.11999). An estimate of ours within that range.
 */
const MEMORY_BOUND_INTENSITY = 0.4;

/** Watts over the idle state at the maximum clock. */
export function dynamicWatts(product: GpuProduct, { busyRatio, computeRatio }: GpuDemand): number {
  const intensity = MEMORY_BOUND_INTENSITY + (1 - MEMORY_BOUND_INTENSITY) * computeRatio;
  return (product.fullLoadShare * product.defaultWatts - product.idleWatts) * busyRatio * intensity;
}

/** Watts that a dynamic power at the maximum clock becomes at a share of that clock. */
export function wattsAt(product: GpuProduct, dynamic: number, clockRatio: number): number {
  return product.idleWatts + dynamic * clockRatio ** POWER_EXPONENT;
}

/** Share of the maximum clock at which the draw is the limit; 1 where the limit is not reached. */
export function clockRatioWithin(product: GpuProduct, dynamic: number, limitWatts: number): number {
  const room = Math.max(1, limitWatts - product.idleWatts);
  return dynamic <= room ? 1 : (room / dynamic) ** (1 / POWER_EXPONENT);
}

/** Steps in which clocks are set, in MHz: supported graphics clocks are 15 MHz apart (`-q -d SUPPORTED_CLOCKS`). */
const CLOCK_STEP_MHZ = 15;

export function steppedMhz(product: GpuProduct, mhz: number): number {
  const stepped = product.maxSmMhz - Math.ceil((product.maxSmMhz - mhz) / CLOCK_STEP_MHZ - 1e-9) * CLOCK_STEP_MHZ;
  return Math.max(product.minSmMhz, Math.min(product.maxSmMhz, stepped));
}
