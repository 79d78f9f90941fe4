import type { GpuProduct } from './products.js';

/** Thermal time constant of chip, heat sink and air; tens of seconds on real cards (estimate). */
const TIME_CONSTANT_SECONDS = 35;
/** Software takes clocks at this rate per second and degree above the operating maximum, and gives them back slower. */
const TAKE_PER_DEGREE = 0.02;
const GIVE_PER_SECOND = 0.01;
/** Software alone takes no more than this share (estimate): beyond it the hardware slowdown is what remains. */
const SOFTWARE_FLOOR = 0.6;
/** Hardware slowdown reduces the clocks by a factor of two or more (NVML, clocks event reasons). */
const HARDWARE_RATIO = 0.5;
/** It ends when it has cooled by so much, so that it does not flutter (estimate). */
const HYSTERESIS_CELSIUS = 3;

/** Without moving air an idle card stays so far below its slowdown (estimate). */
const STILL_AIR_CELSIUS = 12;

/** Temperature of a GPU and what it does to the clocks. */
export class GpuThermals {
  celsius: number;
  /** 1 as built; so many times the degrees per watt where air is missing. */
  coolingFactor = 1;
  inletOffsetCelsius = 0;
  /** HBM alone, e.g. a bad pad. */
  memoryOffsetCelsius = 0;
  isHardwareSlowed = false;
  #softwareRatio = 1;

  constructor(private readonly product: GpuProduct) {
    this.celsius = this.steadyCelsius(product.idleWatts);
  }

  /** Share of the maximum clock that heat leaves. */
  get clockRatio(): number {
    return this.#softwareRatio * (this.isHardwareSlowed ? HARDWARE_RATIO : 1);
  }

  get isSoftwareSlowed(): boolean {
    return this.#softwareRatio < 0.995;
  }

  /** Factor at which an idle card stays so far below its slowdown (`STILL_AIR_CELSIUS`). */
  get stillAirFactor(): number {
    const { slowdownCelsius, inletCelsius, celsiusPerWatt, idleWatts } = this.product;
    return (slowdownCelsius - STILL_AIR_CELSIUS - inletCelsius) / (celsiusPerWatt * idleWatts);
  }

  /** Where the temperature goes at so many watts: linear in power, as a thermal resistance is. */
  steadyCelsius(watts: number): number {
    const { inletCelsius, celsiusPerWatt } = this.product;
    return inletCelsius + this.inletOffsetCelsius + celsiusPerWatt * this.coolingFactor * watts;
  }

  /** As if it had drawn so much for ever. */
  settle(watts: number): void {
    this.celsius = Math.min(this.steadyCelsius(watts), this.product.maxOperatingCelsius - 1);
  }

  step(seconds: number, watts: number): void {
    const target = this.steadyCelsius(watts);
    this.celsius += (target - this.celsius) * (1 - Math.exp(-seconds / TIME_CONSTANT_SECONDS));
    // A card that cannot be cooled even at the lowest clocks would switch itself off here; ours stays just below.
    this.celsius = Math.min(this.celsius, this.product.shutdownCelsius - 0.5);
    const { maxOperatingCelsius, slowdownCelsius } = this.product;
    const over = this.celsius - maxOperatingCelsius;
    const change = over > 0 ? -TAKE_PER_DEGREE * over * seconds : GIVE_PER_SECOND * Math.min(1, -over / 2) * seconds;
    this.#softwareRatio = Math.max(SOFTWARE_FLOOR, Math.min(1, this.#softwareRatio + change));
    if (this.celsius >= slowdownCelsius) this.isHardwareSlowed = true;
    else if (this.celsius < slowdownCelsius - HYSTERESIS_CELSIUS) this.isHardwareSlowed = false;
  }

  get memoryCelsius(): number | null {
    return this.product.hasMemoryTemperature ? this.celsius + 8 + this.memoryOffsetCelsius : null;
  }

  /** Degrees left to the operating maximum, as nvidia-smi's `GPU T.Limit Temp` tells them. */
  get marginCelsius(): number | null {
    return this.product.hasMargin ? this.product.maxOperatingCelsius - this.celsius : null;
  }
}
