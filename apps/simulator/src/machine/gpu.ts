import { ClockGovernor } from './clock-governor.js';
import { dynamicWatts, type GpuDemand, wattsAt } from './gpu-clock.js';
import { type EccError, GpuHealth } from './gpu-health.js';
import { GpuReadings } from './gpu-readings.js';
import { GpuThermals } from './gpu-thermals.js';
import type { ClockReason, GpuProcessView, GpuView } from './machine-view.js';
import type { GpuProduct } from './products.js';
import type { Random } from './random.js';

type CountedReason = keyof GpuView['clockReasonMicroseconds'];
const COUNTED: readonly CountedReason[] = [
  'sw-power-cap',
  'sync-boost',
  'sw-thermal-slowdown',
  'hw-thermal-slowdown',
  'hw-power-brake-slowdown',
];
/** The power controller looks at a mean too, or the clocks would follow every kernel (estimate). */
const CONTROL_SECONDS = 0.5;
/** Below this share of time with kernels the clocks go to idle. */
const IDLE_RATIO = 0.005;

/** One GPU: settings that actions change, faults, and what follows from load. */
export class SimulatedGpu {
  readonly uuid: string;
  readonly serial: string;
  /** Between `00000000:1B:00.0` and `00000000:8B:00.0` for eight. */
  readonly pciBusId: string;
  readonly health: GpuHealth;
  readonly thermals: GpuThermals;
  readonly #governor: ClockGovernor;
  processes: readonly GpuProcessView[] = [];

  #isPresent = true;
  #isPersistent = true;
  #computeMode: GpuView['computeMode'] = 'Default';
  #pcie: { generation: number; width: number };

  #reasons: readonly ClockReason[] = ['gpu-idle'];
  #spent: Record<CountedReason, number>;
  #energyJoules = 0;
  #smMhz: number;
  #instantWatts: number;
  #dynamicWatts = 0;
  readonly #readings: GpuReadings;

  constructor(
    readonly index: number,
    readonly product: GpuProduct,
    readonly numaNode: number,
    private readonly random: Random,
  ) {
    const { random: noise } = this;
    this.uuid = `GPU-${noise.hex(8)}-${noise.hex(4)}-4${noise.hex(3)}-a${noise.hex(3)}-${noise.hex(12)}`;
    this.serial = `165${String(Math.floor(noise.between(1e9, 9e9)))}`;
    this.pciBusId = `00000000:${(0x1b + 0x10 * index).toString(16).toUpperCase().padStart(2, '0')}:00.0`;
    this.health = new GpuHealth(product);
    this.thermals = new GpuThermals(product);
    this.#governor = new ClockGovernor(product, this.thermals);
    this.#pcie = { generation: product.pcieGeneration, width: 16 };
    this.#spent = Object.fromEntries(COUNTED.map((reason) => [reason, 0])) as Record<CountedReason, number>;
    this.#smMhz = product.idleSmMhz;
    this.#instantWatts = product.idleWatts;
    this.#readings = new GpuReadings(product.idleWatts);
  }

  get isPresent(): boolean {
    return this.#isPresent;
  }

  get computeMode(): GpuView['computeMode'] {
    return this.#computeMode;
  }

  /** The lower of what was asked for and what the chassis allows. */
  get enforcedLimitWatts(): number {
    return this.#governor.enforcedLimitWatts;
  }

  /** SM clock as a share of the maximum while kernels run. */
  get clockRatio(): number {
    return this.#governor.busy(this.#dynamicWatts).mhz / this.product.maxSmMhz;
  }

  get instantWatts(): number {
    return this.#instantWatts;
  }

  /** Since the driver was loaded. */
  get energyJoules(): number {
    return this.#energyJoules;
  }

  /** `nvidia-smi -pl`; throws a RangeError outside the product's limits. */
  setPowerLimit(watts: number): void {
    const { minWatts, maxWatts } = this.product;
    if (!(watts >= minWatts && watts <= maxWatts)) {
      throw new RangeError(`power limit of ${watts} W is not within ${minWatts} and ${maxWatts} W`);
    }
    this.#governor.requestedLimitWatts = watts;
  }

  /** `nvidia-smi -lgc` */
  lockClocks(minMhz: number, maxMhz = minMhz): void {
    if (!(minMhz > 0 && maxMhz >= minMhz)) throw new RangeError(`clocks ${minMhz},${maxMhz} MHz are no range`);
    this.#governor.lock(minMhz, maxMhz);
  }

  /** `nvidia-smi -rgc` */
  resetClocks(): void {
    this.#governor.lockedMhz = null;
  }

  /** `nvidia-smi -pm` */
  setPersistence(isOn: boolean): void {
    this.#isPersistent = isOn;
  }

  /** `nvidia-smi -c` */
  setComputeMode(mode: GpuView['computeMode']): void {
    this.#computeMode = mode;
  }

  /** Heat is carried off so many times worse; by default so that an idle card survives and a loaded one is slowed. */
  breakFan(coolingFactor = this.thermals.stillAirFactor): void {
    this.thermals.coolingFactor = coolingFactor;
  }

  repairFan(): void {
    this.thermals.coolingFactor = 1;
  }

  setInletOffset(celsius: number): void {
    this.thermals.inletOffsetCelsius = celsius;
  }

  /** An external brake signal takes clocks to a share of the maximum; null releases it. */
  powerBrake(clockRatio: number | null = 0.5): void {
    this.#governor.brake(clockRatio);
  }

  /** A limit from outside (chassis, BMC) below what was asked for; null lifts it. */
  powerCap(watts: number | null): void {
    this.#governor.cap(watts);
  }

  fallOffBus(): void {
    this.#isPresent = false;
  }

  /** After a reset or reboot: answers again, with the counters of the driver at zero. */
  returnToBus(): void {
    this.#isPresent = true;
    this.reset();
  }

  /** `nvidia-smi -r` */
  reset(): void {
    this.health.reset();
    this.#energyJoules = 0;
    for (const reason of COUNTED) this.#spent[reason] = 0;
    this.#governor.lockedMhz = null;
  }

  eccError(error: EccError): void {
    this.health.addError(error);
  }

  remapPending(isPending = true): void {
    this.health.remap(isPending ? { kind: 'uncorrectable', isPending } : { isPending });
    this.health.recoveryAction = isPending ? 'Reset' : 'None';
  }

  setPcieLink(link: { generation?: number; width?: number }): void {
    this.#pcie = { ...this.#pcie, ...link };
  }

  addPcieReplays(count: number): void {
    this.health.addReplays(count);
  }

  /** Passes some time under a load. */
  step(seconds: number, demand: GpuDemand): void {
    if (!this.#isPresent) return;
    const dynamic = dynamicWatts(this.product, demand);
    this.#dynamicWatts += (dynamic - this.#dynamicWatts) * (1 - Math.exp(-seconds / CONTROL_SECONDS));
    const isBusy = demand.busyRatio > IDLE_RATIO || this.#readings.busyRatio > IDLE_RATIO;
    const { mhz, reasons } = isBusy ? this.#governor.busy(this.#dynamicWatts) : this.#governor.idle();
    this.#smMhz = mhz;
    this.#reasons = reasons;
    const drawn = wattsAt(this.product, dynamic, mhz / this.product.maxSmMhz);
    // Regulators answer within milliseconds, so an instant lies above the limit by little (estimate: 3 %).
    this.#instantWatts = Math.min(drawn * (1 + 0.008 * this.random.normal()), 1.03 * this.enforcedLimitWatts);
    this.#governor.regulate(seconds, this.#instantWatts, reasons.includes('sw-power-cap'));
    this.#energyJoules += this.#instantWatts * seconds;
    for (const reason of COUNTED) if (reasons.includes(reason)) this.#spent[reason] += seconds * 1e6;
    this.thermals.step(seconds, this.#instantWatts);
    this.#readings.pass(seconds, demand, this.#instantWatts);
  }

  /** As if it had been so for ever, and for so many times as long. */
  settle(history: number): void {
    this.thermals.settle(this.#readings.watts);
    this.#energyJoules *= history;
    for (const reason of COUNTED) this.#spent[reason] *= history;
  }

  view(): GpuView {
    const { product, thermals } = this;
    return {
      index: this.index,
      product: product.name,
      uuid: this.uuid,
      serial: this.serial,
      pciBusId: this.pciBusId,
      numaNode: this.numaNode,
      isPresent: this.#isPresent,
      isPersistent: this.#isPersistent,
      computeMode: this.#computeMode,
      performanceState: this.#reasons[0] === 'gpu-idle' ? product.idleState : 'P0',
      ...this.#readings.utilization(),
      memory: {
        totalMib: product.totalMib,
        reservedMib: product.reservedMib,
        usedMib: this.processes.reduce((sum, { usedMib }) => sum + usedMib, 0),
      },
      temperature: {
        gpuCelsius: Math.round(thermals.celsius),
        memoryCelsius: rounded(thermals.memoryCelsius),
        marginCelsius: rounded(thermals.marginCelsius),
      },
      fanRatio: null,
      ...this.electricity(),
      pcie: {
        ...this.#pcie,
        maxGeneration: product.pcieGeneration,
        maxWidth: 16,
        ...this.#readings.pcie(),
        replayCount: this.health.replayCount,
      },
      ecc: this.health.eccView(),
      remappedRows: this.health.remapView(),
      recoveryAction: this.health.recoveryAction,
      processes: this.processes,
    };
  }

  private electricity(): Pick<GpuView, 'power' | 'clocks' | 'clockReasons' | 'clockReasonMicroseconds'> {
    const { product } = this;
    const isIdle = this.#reasons[0] === 'gpu-idle' && product.idleState !== 'P0';
    return {
      power: {
        averageWatts: this.#readings.watts,
        instantWatts: this.#instantWatts,
        enforcedLimitWatts: this.enforcedLimitWatts,
        requestedLimitWatts: this.#governor.requestedLimitWatts,
        defaultLimitWatts: product.defaultWatts,
        minLimitWatts: product.minWatts,
        maxLimitWatts: product.maxWatts,
        energyJoules: this.#energyJoules,
      },
      clocks: {
        graphicsMhz: this.#smMhz,
        smMhz: this.#smMhz,
        memoryMhz: isIdle ? 405 : product.maxMemoryMhz,
        videoMhz: Math.round((product.maxVideoMhz * this.#smMhz) / product.maxSmMhz),
        maxGraphicsMhz: product.maxSmMhz,
        maxSmMhz: product.maxSmMhz,
        maxMemoryMhz: product.maxMemoryMhz,
        maxVideoMhz: product.maxVideoMhz,
        lockedMhz: this.#governor.lockedMhz,
      },
      clockReasons: this.#reasons,
      clockReasonMicroseconds: roundedAll(this.#spent),
    };
  }
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}

function roundedAll<Name extends string>(values: Readonly<Record<Name, number>>): Record<Name, number> {
  return Object.fromEntries(Object.entries<number>(values).map(([name, value]) => [name, Math.round(value)])) as Record<
    Name,
    number
  >;
}
