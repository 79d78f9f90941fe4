import { clockRatioWithin, steppedMhz } from './gpu-clock.js';
import type { GpuThermals } from './gpu-thermals.js';
import type { ClockReason } from './machine-view.js';
import type { GpuProduct } from './products.js';

/** Of the error per second, and at most (estimates). */
const TRIM_PER_SECOND = 0.4;
const MOST_TRIM = 0.08;

/** Limits of a GPU's clock, from inside and outside, and the clock that they leave. */
export class ClockGovernor {
  requestedLimitWatts: number;
  lockedMhz: readonly [min: number, max: number] | null = null;
  #outOfBandWatts: number | null = null;
  #brakeRatio: number | null = null;
  /** By how much the power controller aims above the limit so that the mean of an uneven load comes to it. */
  #trim = 0;

  constructor(
    private readonly product: GpuProduct,
    private readonly thermals: GpuThermals,
  ) {
    this.requestedLimitWatts = product.defaultWatts;
  }

  /** The lower of what was asked for and what the chassis allows, in watts. */
  get enforcedLimitWatts(): number {
    return Math.min(this.requestedLimitWatts, this.#outOfBandWatts ?? Infinity);
  }

  /** Values beyond what the product can are brought within it, as the driver does. */
  lock(minMhz: number, maxMhz: number): void {
    this.lockedMhz = [steppedMhz(this.product, minMhz), steppedMhz(this.product, maxMhz)];
  }

  brake(clockRatio: number | null): void {
    this.#brakeRatio = clockRatio;
  }

  cap(watts: number | null): void {
    this.#outOfBandWatts = watts === null ? null : Math.max(this.product.minWatts, watts);
  }

  /** The controller's integral part: so many watts were drawn, with the limit in force or not. */
  regulate(seconds: number, watts: number, isLimited: boolean): void {
    const error = isLimited ? 1 - watts / this.enforcedLimitWatts : -this.#trim;
    this.#trim = Math.max(0, Math.min(MOST_TRIM, this.#trim + TRIM_PER_SECOND * error * seconds));
  }

  idle(): { readonly mhz: number; readonly reasons: readonly ClockReason[] } {
    return { mhz: Math.max(this.product.idleSmMhz, this.lockedMhz?.[0] ?? 0), reasons: ['gpu-idle'] };
  }

  /** The lowest of what lock, power, heat and brake leave, and which of them took clocks. `dynamic`: watts at full clock. */
  busy(dynamic: number): { readonly mhz: number; readonly reasons: readonly ClockReason[] } {
    const { product, thermals } = this;
    const wanted = (this.lockedMhz?.[1] ?? product.maxSmMhz) / product.maxSmMhz;
    const byPower = clockRatioWithin(product, dynamic, this.enforcedLimitWatts * (1 + this.#trim));
    const byHeat = thermals.clockRatio;
    const byBrake = this.#brakeRatio ?? 1;
    const reasons: ClockReason[] = [];
    if (byPower < Math.min(wanted, byHeat, byBrake) - 0.002) reasons.push('sw-power-cap');
    if (thermals.isHardwareSlowed || byBrake < 1) reasons.push('hw-slowdown');
    if (thermals.isHardwareSlowed) reasons.push('hw-thermal-slowdown');
    if (byBrake < 1) reasons.push('hw-power-brake-slowdown');
    if (thermals.isSoftwareSlowed) reasons.push('sw-thermal-slowdown');
    return { mhz: steppedMhz(product, product.maxSmMhz * Math.min(wanted, byPower, byHeat, byBrake)), reasons };
  }
}
