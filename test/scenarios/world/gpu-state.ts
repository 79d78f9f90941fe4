import { GPU_MODELS, type GpuModel, type GpuModelName } from './gpu-models.js';
import type { Random } from './random.js';
import type { DcgmWritten, GpuXmlValues, ProcessXmlValues } from './writers.js';

export interface GpuOptions {
  readonly model?: GpuModelName;
  readonly uuid?: string;
  /** Node of the bus; -1 as the kernel says it where it knows none. */
  readonly numaNode?: number;
}

/** A reason as nvidia-smi names it. */
export type ClockReason = NonNullable<GpuXmlValues['clockEventReasons']>[number];

/** What makes the driver take clocks away, besides the power limit that `powerLimitWatts` models. */
export type ThrottleCause = 'hw-thermal' | 'sw-thermal' | 'power-brake' | 'hw-slowdown';

export interface Throttle {
  readonly cause: ThrottleCause;
  /** SM clock that is left, as a share of the maximum. Hardware slowdowns take half or more [NVML]. */
  readonly clockRatio: number;
  /** Share of the time. */
  readonly share: number;
}

/** What engines ask of a GPU in a step. */
export interface GpuDemand {
  /** Share of the time with kernels under way. */
  readonly activity: number;
  /** Share of that time spent on prompts, which are compute-bound; the rest waits for memory. */
  readonly prefillShare: number;
  readonly processes: readonly ProcessXmlValues[];
}

/** What a GPU did in the last step, before noise. */
export interface GpuMoment {
  readonly activity: number;
  readonly prefillShare: number;
  readonly drawWatts: number;
  readonly clockRatio: number;
  readonly celsius: number;
  readonly isPowerCapped: boolean;
}

/** Thermal time constant of card and cooler; seconds to a minute on real cards. */
const THERMAL_SECONDS = 45;
/** Dynamic power over clock: voltage falls with frequency, so power falls faster than the clock. */
const POWER_EXPONENT = 2.4;
/** Decoding draws 137–300 of 700 W [ARXIV-2605.11999]; prompts use the whole card. */
const DECODE_INTENSITY = 0.35;

/** One GPU. All public fields may be set at any time and hold until they are set again. */
export class WorldGpu {
  readonly model: GpuModel;
  readonly uuid: string;
  /** As nvidia-smi writes it: `00000000:1B:00.0`. */
  readonly pciBusId: string;
  readonly numaNode: number;

  /** False: not in the driver's answer. */
  isPresent = true;
  /** Share of time with kernels; null follows the engines on it (none: idle). */
  activity: number | null = null;
  /** Used with an `activity` that is set. */
  prefillShare = 0.25;
  /** Enforced; `requestedLimitWatts` follows it unless set. */
  powerLimitWatts: number;
  requestedLimitWatts: number | null = null;
  /** As set by `nvidia-smi -lgc`; null where clocks are free. */
  lockedSmMhz: number | null = null;
  throttles: Throttle[] = [];
  /** Worse cooling makes the same watts hotter: 1 is as built. */
  coolingFactor = 1;
  /** Warmer inlet. */
  inletOffsetCelsius = 0;
  /** Memory alone, e.g. a bad pad. */
  memoryOffsetCelsius = 0;
  fanPercent: number | null;
  persistenceMode: string | null = 'Enabled';
  computeMode = 'Default';
  readonly ecc = {
    mode: null as string | null,
    pendingMode: null as string | null,
    sramThresholdExceeded: null as string | null,
    volatileSramCorrectable: 0,
    volatileDramCorrectable: 0,
    volatileSramUncorrectable: 0,
    volatileDramUncorrectable: 0,
    aggregateSramCorrectable: 0,
    aggregateDramCorrectable: 0,
    aggregateSramUncorrectable: 0,
    aggregateDramUncorrectable: 0,
  };
  readonly remap = {
    correctable: 0,
    uncorrectable: 0,
    pending: 'No',
    failure: 'No',
    high: 0,
    partial: 0,
    low: 0,
    none: 0,
  };
  /** Before Ampere only. */
  readonly retired = { singleBit: 0, doubleBit: 0, pending: 'No' };
  readonly repair = { channel: 'No', tpc: 'No' };
  recoveryAction = 'None';
  fabric: { state: string; status: string; health: string };
  readonly pcie: {
    generation: number;
    maxGeneration: number;
    hostMaxGeneration: number | null;
    width: number;
    maxWidth: number;
  };
  pcieReplaysPerMinute = 0;
  readonly mig = { mode: 'Disabled', pendingMode: 'Disabled', devices: [] as GpuXmlValues['migDevices'][number][] };
  /** Besides those of the engines: notebooks, stale workers. */
  foreignProcesses: ProcessXmlValues[] = [];
  /** MiB in use that no listed process holds. */
  orphanMib = 0;
  /** dcgm-exporter's last code: stays until its restart [signals §1]. */
  lastXid = 0;
  xidCount = 0;
  /** NVLink errors since the driver was loaded; dcgm-exporter tells them where its counters are switched on. */
  readonly nvlinkErrors = { replay: 0, recovery: 0, crc: 0 };
  /** Last word on what nvidia-smi writes. */
  pinned: Partial<GpuXmlValues> = {};
  /** Last word on dcgm-exporter's fields, by name without `DCGM_FI_`; null leaves a series out. */
  pinnedDcgm: Record<string, DcgmWritten> = {};

  /** Microseconds since the driver was loaded. */
  readonly eventMicroseconds = { swPowerCap: 0, syncBoost: 0, swThermal: 0, hwThermal: 0, hwPowerBrake: 0 };
  energyMillijoules = 0;
  replays = 0;
  engineProcesses: readonly ProcessXmlValues[] = [];
  now: GpuMoment;

  constructor(
    readonly index: number,
    options: GpuOptions,
    random: Random,
  ) {
    this.model = GPU_MODELS[options.model ?? 'H100'];
    const hex = (digits: number): string =>
      Array.from({ length: digits }, () => Math.floor(random.next() * 16).toString(16)).join('');
    this.uuid = options.uuid ?? `GPU-${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
    this.pciBusId = `00000000:${(0x1a + 0x10 * index + 1).toString(16).toUpperCase().padStart(2, '0')}:00.0`;
    this.numaNode = options.numaNode ?? 0;
    const { model } = this;
    this.powerLimitWatts = model.defaultWatts;
    this.fanPercent = model.hasFan ? 35 : null;
    this.fabric = model.hasFabric
      ? { state: 'Completed', status: 'Success', health: 'Healthy' }
      : { state: 'N/A', status: 'N/A', health: 'N/A' };
    if (model.hasEcc) Object.assign(this.ecc, { mode: 'Enabled', pendingMode: 'Enabled', sramThresholdExceeded: 'No' });
    const generation = model.pcieGeneration;
    this.pcie = { generation, maxGeneration: generation, hostMaxGeneration: generation, width: 16, maxWidth: 16 };
    this.eventMicroseconds.swPowerCap = Math.round(random.between(0, 2e8));
    this.energyMillijoules = Math.round(random.between(2e9, 9e9));
    this.now = this.momentOf({ activity: 0, prefillShare: 0 }, null);
  }

  /** Nothing runs, whatever the engines do. */
  idle(): this {
    this.activity = 0;
    return this;
  }

  /** Works for a load of its own: share of time with kernels, and how much of it is prompts. */
  busy(activity = 0.95, prefillShare = 0.25): this {
    Object.assign(this, { activity, prefillShare });
    return this;
  }

  /**
   * The driver takes clocks. Temperatures go to the threshold that causes it; hardware slowdowns show the general
   * bit as well [NVML]. `share` is that of the time, for slowdowns that come and go.
   */
  throttle(cause: ThrottleCause, clockRatio: number, share = 1): this {
    this.throttles = [...this.throttles.filter((throttle) => throttle.cause !== cause), { cause, clockRatio, share }];
    return this;
  }

  unthrottle(cause?: ThrottleCause): this {
    this.throttles = this.throttles.filter((throttle) => cause !== undefined && throttle.cause !== cause);
    return this;
  }

  /** Uncorrectable errors of the memory, which count since the driver was loaded and for life. */
  addUncorrected(count: number, where: 'Dram' | 'Sram' = 'Dram'): this {
    this.ecc[`volatile${where}Uncorrectable`] += count;
    this.ecc[`aggregate${where}Uncorrectable`] += count;
    return this;
  }

  addCorrected(count: number, where: 'Dram' | 'Sram' = 'Dram'): this {
    this.ecc[`volatile${where}Correctable`] += count;
    this.ecc[`aggregate${where}Correctable`] += count;
    return this;
  }

  /** SM clock that engines get, as a share of the maximum, averaged over throttles that come and go. */
  get clockRatio(): number {
    return this.now.clockRatio;
  }

  /** Passes some time with what the engines want; the temperature follows slowly, or at once when `settle` is set. */
  step(seconds: number, demand: GpuDemand, settle = false): void {
    this.engineProcesses = demand.processes;
    const load = this.activity === null ? demand : { activity: this.activity, prefillShare: this.prefillShare };
    this.now = this.momentOf(load, settle ? null : { celsius: this.now.celsius, seconds });
    const spent = (share: number): number => Math.round(seconds * 1e6 * share);
    const shareOf = (cause: ThrottleCause): number => this.throttles.find((one) => one.cause === cause)?.share ?? 0;
    this.eventMicroseconds.swPowerCap += spent(this.now.isPowerCapped ? 0.97 : 0);
    this.eventMicroseconds.hwThermal += spent(shareOf('hw-thermal'));
    this.eventMicroseconds.swThermal += spent(shareOf('sw-thermal'));
    this.eventMicroseconds.hwPowerBrake += spent(shareOf('power-brake'));
    this.energyMillijoules += Math.round(this.now.drawWatts * seconds * 1000);
    this.replays += (this.pcieReplaysPerMinute * seconds) / 60;
  }

  /** Temperature at which a cause takes clocks. */
  thresholdOf(cause: ThrottleCause): number | null {
    const { limits } = this.model;
    switch (cause) {
      case 'hw-thermal':
        // Slowdown T.Limit is -2 on Hopper [CAP-H100].
        return limits.kind === 'margin' ? limits.limitCelsius + 1 : limits.slowdown;
      case 'sw-thermal':
        return limits.kind === 'margin' ? limits.limitCelsius - 1 : limits.maxOperating;
      case 'power-brake':
      case 'hw-slowdown':
        return null;
    }
  }

  private momentOf(
    { activity, prefillShare }: { activity: number; prefillShare: number },
    before: { celsius: number; seconds: number } | null,
  ): GpuMoment {
    const { model } = this;
    const locked = this.lockedSmMhz === null ? 1 : Math.min(1, this.lockedSmMhz / model.maxSmMhz);
    const throttled = this.throttles.reduce(
      (ratio, { clockRatio, share }) => ratio * (1 - share * (1 - clockRatio)),
      1,
    );
    const intensity = DECODE_INTENSITY + (1 - DECODE_INTENSITY) * Math.min(1, prefillShare / 0.4);
    const dynamic = (model.fullLoadShare * model.defaultWatts - model.idleWatts) * activity * intensity;
    const room = Math.max(1, this.powerLimitWatts - model.idleWatts);
    const byPower = dynamic <= room ? 1 : (room / dynamic) ** (1 / POWER_EXPONENT);
    const clockRatio = Math.max(0.1, Math.min(locked, byPower) * throttled);
    const drawWatts = model.idleWatts + dynamic * clockRatio ** POWER_EXPONENT;
    const isPowerCapped = activity > 0 && byPower < locked && throttled === 1;
    return { activity, prefillShare, drawWatts, clockRatio, celsius: this.celsiusOf(drawWatts, before), isPowerCapped };
  }

  private celsiusOf(drawWatts: number, before: { celsius: number; seconds: number } | null): number {
    const { idleCelsius, idleWatts, celsiusPerWatt } = this.model;
    const built = idleCelsius + this.inletOffsetCelsius + celsiusPerWatt * this.coolingFactor * (drawWatts - idleWatts);
    const thresholds = this.throttles.flatMap(({ cause }) => this.thresholdOf(cause) ?? []);
    const target = Math.max(built, ...thresholds);
    if (before === null) return target;
    // A throttled card sits at its threshold: the clocks are what the driver regulates the temperature with.
    const share = thresholds.length > 0 ? 1 : 1 - Math.exp(-before.seconds / THERMAL_SECONDS);
    return before.celsius + (target - before.celsius) * share;
  }
}
